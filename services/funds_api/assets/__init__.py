"""Assets after completion: register, owner, keeper, yearly review, income, disposal."""
