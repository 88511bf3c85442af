-- Room on its page for the three versions of a job that works (submitted, claimed, done), also while a long transaction of somebody
-- else forbids to clear the first two away. Concerns pages that are filled from now on.
ALTER TABLE jobs SET (fillfactor = 28);
