CREATE TABLE sacks (month text PRIMARY KEY, rye integer NOT NULL);
INSERT INTO sacks VALUES ('March', 41);
SELECT sum(rye) FROM sacks WHERE month <> 'May';
