"""What tests share: made-up records, small databases, served sites."""
