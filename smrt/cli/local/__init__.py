"""The commands of `smrt local` about servers that run, in modules of their own."""
