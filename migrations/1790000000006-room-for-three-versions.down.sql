ALTER TABLE jobs SET (fillfactor = 40);
