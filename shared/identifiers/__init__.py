"""Numbers, codes and names of persons and places, read as people write them and kept in one form."""
