"""One kind of each sort that blemish takes from other packages."""
