/** Everything that can be asked of, and done to, the catalogue of rides. */

import { readClock, writeClock } from './clock.js'
import type { Connection } from './connection.js'
import { writeDueRecords } from './due-records.js'
import { readFootage } from './footage.js'
import { readFootageOrder, writeFootageOrder } from './footage-order.js'
import { writeFootage } from './footage-writing.js'
import { readImports, writeImports } from './imports.js'
import { readIncidents } from './incidents.js'
import { writeIncidents } from './incidents-writing.js'
import { readMakingRoom, writeMakingRoom } from './making-room.js'
import { readPowerCuts, writePowerCuts } from './power-cuts.js'
import { readRecords } from './records.js'
import { readRides } from './rides.js'
import { writeRides } from './rides-writing.js'
import { readSettings, writeSettings } from './settings.js'
import { writeTakingIn } from './taking-in.js'
import { readTrack, writeTrack } from './track.js'

export function reading(database: Connection) {
  const clock = readClock(database)
  return {
    ...clock,
    ...readRides(database, clock.anchorsOf),
    ...readTrack(database),
    ...readFootage(database, clock.anchorsOf),
    ...readFootageOrder(database),
    ...readMakingRoom(database),
    ...readPowerCuts(database, clock.anchorsOf),
    ...readImports(database),
    ...readIncidents(database, clock.anchorsOf),
    ...readRecords(database),
    ...readSettings(database),
  }
}

export function writing(database: Connection) {
  const { anchorsOf } = readClock(database)
  return {
    ...writeClock(database),
    ...writeRides(database),
    ...writeTrack(database),
    ...writeFootage(database),
    ...writeFootageOrder(database),
    ...writeMakingRoom(database),
    ...writePowerCuts(database),
    ...writeImports(database),
    ...writeIncidents(database, anchorsOf),
    ...writeDueRecords(database),
    ...writeTakingIn(database),
    ...writeSettings(database),
  }
}

export type Reading = ReturnType<typeof reading>
export type Writing = ReturnType<typeof writing>
