"""The options of `smrt bench`, what it sends to, and its comparison of reports."""
