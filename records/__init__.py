"""What a PubMed record is and how it is read: XML and MEDLINE text into one `Record`."""
