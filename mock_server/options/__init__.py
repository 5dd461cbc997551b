"""Reading words such as `name,key=value`, and who may choose what."""
