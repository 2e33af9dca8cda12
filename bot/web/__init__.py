"""Pages for people: what is held, why and until when. Read-only but where a page says so."""
