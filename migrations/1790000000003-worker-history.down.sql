DROP TABLE worker_losses;
DROP TABLE worker_minutes;
ALTER TABLE workers DROP COLUMN rss_bytes, DROP COLUMN cpu_percent;
