-- Whether whoever asked said that nothing may be learned from it: 'header' or 'store', as it was said.
ALTER TABLE inferences ADD COLUMN no_training text;
