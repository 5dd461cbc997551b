"""What travels: requests read and answers written as bytes; no socket, no clock."""
