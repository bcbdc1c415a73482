"""Citation look-up: from a reference, whole or in scraps, to the record, its status and the claims it bears on."""
