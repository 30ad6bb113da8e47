"""byname: the programme that puts a named officer in every neighbourhood, and keeps the promise."""
