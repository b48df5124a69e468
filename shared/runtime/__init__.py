"""How a service is put together: settings, context, routes, application, worker."""
