/** Joins the rooms of the device while it records: receiver, cameras, clock and ride, the footage folder and its catalogue. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openDeviceEnd } from '../core/link/device-end.js'
import { monoNowMs, readBootId } from '../core/process/boot.js'
import { makeFolderDurably } from '../core/process/durable.js'
import type { Log } from '../core/process/log.js'
import { everySecond, keepRunning, runTogether } from '../core/process/service.js'
import { bootFolder } from '../core/ride/footage.js'
import type { Now } from '../core/ride/now.js'
import { openBatch } from '../core/store/batch.js'
import type { Store } from '../core/store/store.js'
import { openCard, type StandsInFor } from './card.js'
import type { DeviceSettings } from './config.js'
import { highestBootFolder } from './footage/numbers.js'
import { createSegmentFiles } from './footage/records/segment-files.js'
import { createRecords } from './footage/records/writing.js'
import { createTagging } from './footage/tagging.js'
import { isSimulated, type ReceiverSource, readings } from './gps/receiver.js'
import { createImports } from './imports.js'
import { createIncidents } from './incidents.js'
import { listenToKeys } from './keys/keys.js'
import { openLed } from './led.js'
import { openPageSettings } from './page-settings.js'
import { pictureOf } from './picture.js'
import { openRecorders } from './recorders.js'
import { createRecording } from './recording.js'
import { createJourney } from './tracking/journey.js'
import { leftOffAt } from './tracking/left-off.js'
import { timeZoneAt } from './tracking/time-zone.js'
import { grant } from './wishes.js'

export interface RidingOptions {
  readonly settings: DeviceSettings
  readonly receiver: ReceiverSource | null
  /** Absolute path of the data folder, which this device alone writes, and the catalogue in it. */
  readonly data: string
  readonly store: Store
  /** The catalogue was lost, and is back as it was some time before: what lies beside the footage may know more. */
  readonly isRestored: boolean
  /** Data folder and catalogue are in memory, for those on a card that cannot be written; null: they are on the card. */
  readonly standsInFor: StandsInFor | null
  readonly log: Log
  readonly signal: AbortSignal
}

const MINUTE_MS = 60_000
/** Whoever ends the device waits for it. */
const LAST_RECORDS_WITHIN_MS = 2_000

/** Records until the signal aborts; resolves when everything is closed and on the card. @throws where that cannot be begun */
export async function ride(options: RidingOptions): Promise<void> {
  const { settings, receiver, data, store, isRestored, standsInFor, log, signal } = options
  const bootId = readBootId()
  const footage = join(data, 'footage')
  const { bootNumber, deviceId } = await store.beginBoot(bootId, await highestBootFolder(footage))
  const folder = bootFolder(bootNumber)
  const simulated = receiver !== null && isSimulated(receiver)
  const { begin } = settings.recording
  const splitAfterMs = settings.ride.splitAfterMinutes * MINUTE_MS

  await makeFolderDurably(join(footage, folder))
  await store.notePowerCut(bootNumber)
  await store.endRidesOfOtherBoots(bootNumber)
  const resumed = await leftOffAt(
    store,
    bootNumber,
    monoNowMs(),
    begin === 'manual' ? Number.POSITIVE_INFINITY : splitAfterMs,
  )

  const pageSettings = await openPageSettings(store, settings)
  const takeImport = createImports(store, monoNowMs, log)
  const batch = openBatch(store, log)
  const { storage, holds } = openCard({
    settings,
    data,
    footage,
    store,
    standsInFor,
    isBusyWith: (id) => tagging.isBusyWith(id),
    tell: (news) => link.tell(news),
    log,
  })
  const link = openDeviceEnd({
    path: join(data, 'device.sock'),
    deviceId,
    now: () => now(),
    grant: (wish, asker) =>
      grant(wish, asker, {
        ...{ store, incidents, holds, takeImport, changeSettings: pageSettings.change },
        ...{ setRecording: recording.setByRider, offerClock: journey.offerClock },
        ...{ recall: journey.recall, tellRide: journey.tellRide, isInMemory: standsInFor !== null },
      }),
    onGone: holds.leave,
    log,
  })
  const segmentFiles = createSegmentFiles(footage, simulated, store)
  const records = createRecords({ footage, bootNumber, store, segmentFiles, commit: batch.commit, log })
  const tagging = createTagging({
    bootNumber,
    footage,
    simulated,
    hasReceiver: receiver !== null,
    store,
    segmentFiles,
    batch,
    nowMonoMs: monoNowMs,
    isWritable: storage.isWritable,
    hasRoom: storage.hasRoomToTag,
    tell: link.tell,
    log,
  })
  const journey = createJourney({
    bootId,
    bootNumber,
    readings: (stop) =>
      receiver === null ? nothing() : readings(receiver, { bootId, nowMonoMs: monoNowMs, log, signal: stop }),
    simulated,
    begin,
    splitAfterMs,
    newRideId: () => randomBytes(6).toString('hex'),
    resumed,
    store,
    batch,
    tell: link.tell,
    onAnchor: tagging.look,
    onRide: (isOn) => {
      recording.rideIs(isOn)
      if (!isOn) rideIsOver()
    },
    onIncident: settings.incident.detect ? (noticed) => incidents.notice(noticed) : null,
    timeZoneAt: (place) => pageSettings.timeZone() ?? timeZoneAt(place),
    nowMonoMs: monoNowMs,
    log,
  })
  const incidents = createIncidents({
    ...{ bootNumber, settings: settings.incident, store, batch, log },
    ...{ tell: link.tell, tellRide: journey.tellRide },
  })
  /** It is in the backup, and beside the footage. What goes wrong is said, and costs nothing else. */
  const rideIsOver = (): void => {
    records.look()
    void batch
      .commit()
      .then(() => store.backUp())
      .catch(() => {})
  }
  const recording = createRecording({
    begin,
    word: resumed.word,
    hasRide: resumed.ride !== null,
    keepWord: (word) => store.keepRecordingWord(bootNumber, word),
    beginRide: journey.begin,
    endRide: journey.stop,
  })
  const recorders = await openRecorders({
    settings,
    footage,
    bootNumber,
    store,
    batch,
    tell: link.tell,
    rideId: journey.rideId,
    isOn: recording.isOn,
    whenOn: async (stop) => storage.whenTaking(await recording.whenOn(stop)),
    refusal: storage.refusal,
    onTrouble: storage.doubt,
    onSegments: tagging.look,
    isBusyWith: tagging.isBusyWith,
    isRestored,
    onCatalogueWhole: records.catalogueIsWhole,
    log,
  })

  const led = openLed(log)
  const now = (): Now =>
    pictureOf({
      monoMs: monoNowMs(),
      anchor: journey.anchor(),
      bootNumber,
      simulated,
      ...journey.picture(),
      recordingOn: recording.isOn(),
      cameras: recorders.cameras(),
      storage: storage.now(),
      lastPowerCut: recorders.lastPowerCut(),
    })

  // Footage has a ride from its first frame on, fix or not; after the first ride of a boot the next begins with movement.
  if (resumed.word === false) journey.stop()
  else if (recording.isOn() && settings.cameras.length > 0 && (begin === 'manual' || !resumed.hadRide)) journey.begin()

  log.info('recording', { boot: bootNumber, data, simulated, cameras: settings.cameras.map(({ name }) => name) })
  await runTogether(
    [
      keepRunning(journey.service, log),
      ...recorders.services,
      keepRunning(tagging.service, log),
      keepRunning(records.service, log),
      storage.service,
      keepRunning(listenToKeys({ onPress: incidents.pressed, nowMonoMs: monoNowMs, log }), log),
      batch.service,
      link.service,
      everySecond('now', () => {
        const picture = now()
        led.show(picture)
        link.tell({ kind: 'now', now: picture })
      }),
    ],
    signal,
  )
  await batch.commit()
  await store.closeBoot(bootNumber)
  await records.writeLast(AbortSignal.timeout(LAST_RECORDS_WITHIN_MS))
}

/** A device without a receiver has no readings, ever. */
async function* nothing(): AsyncGenerator<never> {}
