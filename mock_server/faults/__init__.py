"""What can go wrong with an answer. One file each; a fault changes a plan, or refuses the request."""
