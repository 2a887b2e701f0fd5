"""Files into records: streaming readers driven by an import profile."""
