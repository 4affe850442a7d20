"""Can an address receive mail, and is a domain set up for it?"""
