"""What the owner watches and answers for: the site's settings, who did what, whose data is where, and how the house is."""
