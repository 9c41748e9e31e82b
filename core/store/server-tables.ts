/** The tables of server.db, as the steps that lead to them; a step that has been released never changes. */
import type { Migration } from './migrations.js'

/** server.db: phones, the pairing that is open, and clips. Expiry counts powered-on time, because dates cannot be trusted. */
export const SERVER: readonly Migration[] = [
  `
  CREATE TABLE phones (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    tokenHash BLOB NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE pairing (
    codeHash BLOB NOT NULL,
    triesLeft INTEGER NOT NULL,
    bootId TEXT NOT NULL,
    openUntilMonoMs REAL NOT NULL
  ) STRICT;

  CREATE TABLE address (url TEXT NOT NULL) STRICT;
  `,
  // Clips wait in here, so that a power cut costs none. `begun` counts how often one was, so that none is tried for ever.
  `
  CREATE TABLE clips (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    rideId TEXT NOT NULL,
    camera TEXT NOT NULL,
    fromUtcMs INTEGER NOT NULL,
    toUtcMs INTEGER NOT NULL,
    exact INTEGER NOT NULL,
    overlay INTEGER NOT NULL,
    telemetry TEXT NOT NULL,
    privacy INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    begun INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    sizeBytes INTEGER,
    expiresInMs REAL
  ) STRICT;
  CREATE INDEX clipsInState ON clips (state, number);
  CREATE INDEX clipsOfRide ON clips (rideId, number);
  `,
]
