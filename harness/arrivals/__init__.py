"""When each call of an open loop is due. One file each."""
