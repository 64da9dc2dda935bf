// Behaviour of the pages; each module attaches itself to what carries its data attributes.
