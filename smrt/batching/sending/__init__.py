"""The sending process of a batch: from records to requests, and from responses to results."""
