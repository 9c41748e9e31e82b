/** The tables of the catalogue, as the steps that lead to them; a step that has been released never changes. */
import { DUE_RECORDS } from './due-tables.js'

export type Migration = string

/** rides.db: the device writes it, the server reads it. Times of day are UTC in ms, moments are CLOCK_MONOTONIC in ms. */
export const CATALOGUE: readonly Migration[] = [
  `
  CREATE TABLE device (id TEXT NOT NULL) STRICT;

  CREATE TABLE boots (
    number INTEGER PRIMARY KEY,
    bootId TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE anchors (
    bootNumber INTEGER NOT NULL REFERENCES boots,
    monoMs REAL NOT NULL,
    utcMinusMonoMs REAL NOT NULL,
    uncertaintyMs REAL NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (bootNumber, monoMs)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE rides (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    bootNumber INTEGER NOT NULL REFERENCES boots,
    beganMonoMs REAL NOT NULL,
    lastFixMonoMs REAL NOT NULL,
    lastMovedMonoMs REAL NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    startedUtcMs INTEGER,
    endedUtcMs INTEGER,
    name TEXT,
    distanceM REAL NOT NULL DEFAULT 0,
    movingMs REAL NOT NULL DEFAULT 0,
    ascentM REAL,
    maxSpeedMps REAL,
    west REAL, south REAL, east REAL, north REAL,
    preview TEXT,
    kept INTEGER NOT NULL DEFAULT 0,
    simulated INTEGER NOT NULL,
    source TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ridesInOrder ON rides (bootNumber, beganMonoMs, number);

  CREATE TABLE fixes (
    rideNumber INTEGER NOT NULL REFERENCES rides,
    monoMs REAL NOT NULL,
    receiverUtcMs INTEGER,
    utcMs INTEGER,
    latDeg REAL NOT NULL,
    lonDeg REAL NOT NULL,
    altitudeM REAL,
    speedMps REAL,
    courseDeg REAL,
    accuracyM REAL,
    mode INTEGER NOT NULL,
    satellitesUsed INTEGER,
    hdop REAL,
    leftOut TEXT,
    PRIMARY KEY (rideNumber, monoMs)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE segments (
    id TEXT PRIMARY KEY,
    camera TEXT NOT NULL,
    number INTEGER NOT NULL,
    bootNumber INTEGER NOT NULL REFERENCES boots,
    rideNumber INTEGER REFERENCES rides,
    startMonoMs REAL NOT NULL,
    startUncertaintyMs REAL,
    startUtcMs INTEGER,
    durationMs REAL NOT NULL DEFAULT 0,
    frames INTEGER NOT NULL DEFAULT 0,
    sizeBytes INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    kept INTEGER NOT NULL DEFAULT 0,
    file TEXT NOT NULL,
    fileAsRecorded TEXT,
    UNIQUE (camera, number)
  ) STRICT;
  CREATE INDEX segmentsOfRide ON segments (rideNumber, camera, number);
  CREATE INDEX segmentsByState ON segments (state, bootNumber);
  `,
  // A ride goes on over a power cut, so that its fixes lie on the monotonic time of several boots; rides are imported.
  `
  INSERT INTO boots (number, bootId) VALUES (0, 'before all boots');

  ALTER TABLE rides ADD COLUMN lastBootNumber INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rides ADD COLUMN elapsedMs REAL NOT NULL DEFAULT 0;
  ALTER TABLE rides ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rides ADD COLUMN timeSource TEXT;
  ALTER TABLE rides ADD COLUMN timeZone TEXT;
  UPDATE rides SET lastBootNumber = bootNumber, elapsedMs = lastFixMonoMs - beganMonoMs,
    timeSource = CASE WHEN startedUtcMs IS NULL THEN NULL ELSE 'satellites' END;
  CREATE INDEX ridesByLastBoot ON rides (lastBootNumber, number);
  CREATE INDEX ridesByStart ON rides (startedUtcMs);

  CREATE TABLE fixesInParts (
    rideNumber INTEGER NOT NULL REFERENCES rides,
    part INTEGER NOT NULL,
    monoMs REAL NOT NULL,
    receiverUtcMs INTEGER,
    utcMs INTEGER,
    latDeg REAL NOT NULL,
    lonDeg REAL NOT NULL,
    altitudeM REAL,
    speedMps REAL,
    courseDeg REAL,
    accuracyM REAL,
    mode INTEGER NOT NULL,
    satellitesUsed INTEGER,
    hdop REAL,
    leftOut TEXT,
    PRIMARY KEY (rideNumber, part, monoMs)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO fixesInParts SELECT rideNumber, bootNumber, monoMs, receiverUtcMs, utcMs, latDeg, lonDeg, altitudeM, speedMps,
    courseDeg, accuracyM, mode, satellitesUsed, hdop, leftOut FROM fixes JOIN rides ON rides.number = rideNumber
    ORDER BY rideNumber, monoMs;
  DROP TABLE fixes;
  ALTER TABLE fixesInParts RENAME TO fixes;

  CREATE TABLE recording (bootNumber INTEGER PRIMARY KEY REFERENCES boots, isOn INTEGER NOT NULL) STRICT;
  `,
  // What a power cut cost is told, and the footage folder is put in order beside the recording. Of boots before nobody knows
  // how they ended: no power cut is made up.
  `
  ALTER TABLE boots ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE boots ADD COLUMN inOrder INTEGER NOT NULL DEFAULT 0;
  UPDATE boots SET closed = 1;

  CREATE TABLE powerCuts (
    bootNumber INTEGER PRIMARY KEY REFERENCES boots,
    lastSignMonoMs REAL NOT NULL,
    cameras TEXT NOT NULL,
    lostMs REAL
  ) STRICT;

  CREATE INDEX segmentsByFile ON segments (file);
  `,
  // Moments that stay. A moment reaches over power cuts, so that it may span several boots; marks are what was asked for, so that
  // the same wish over a link that broke is one.
  `
  CREATE TABLE incidents (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    rideNumber INTEGER REFERENCES rides,
    bootNumber INTEGER NOT NULL REFERENCES boots,
    atMonoMs REAL NOT NULL,
    cause TEXT NOT NULL,
    beforeMs REAL NOT NULL,
    afterMs REAL NOT NULL,
    latDeg REAL,
    lonDeg REAL,
    note TEXT
  ) STRICT;
  CREATE INDEX incidentsOfRide ON incidents (rideNumber);
  CREATE INDEX incidentsInOrder ON incidents (bootNumber, atMonoMs, number);

  CREATE TABLE incidentSpans (
    incidentNumber INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE,
    bootNumber INTEGER NOT NULL REFERENCES boots,
    fromMonoMs REAL NOT NULL,
    toMonoMs REAL NOT NULL,
    PRIMARY KEY (incidentNumber, bootNumber)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX incidentSpansOfBoot ON incidentSpans (bootNumber, fromMonoMs);

  CREATE TABLE incidentMarks (
    key TEXT PRIMARY KEY,
    incidentNumber INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX segmentsInOrder ON segments (bootNumber, startMonoMs, id);
  CREATE INDEX incidentMarksOf ON incidentMarks (incidentNumber);
  `,
  // What lies beside the footage is enough to rebuild all this.
  DUE_RECORDS,
  // What the page changes of the settings, and the secret that chooses where tracks are cut around privacy zones.
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER settingComes AFTER INSERT ON settings BEGIN
    INSERT INTO dueRecords (kind, id) SELECT 'setting', NEW.name WHERE true
      ON CONFLICT (kind, id) DO UPDATE SET isTaken = 0 WHERE isTaken;
  END;
  CREATE TRIGGER settingChanges AFTER UPDATE ON settings WHEN NEW.value IS NOT OLD.value BEGIN
    INSERT INTO dueRecords (kind, id) SELECT 'setting', NEW.name WHERE true
      ON CONFLICT (kind, id) DO UPDATE SET isTaken = 0 WHERE isTaken;
  END;
  `,
  `
  CREATE INDEX segmentsWithVideo ON segments (bootNumber, startMonoMs, id) WHERE state IN ('recorded', 'tagged');
  `,
]
