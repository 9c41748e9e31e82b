/** The server: joins what answers phones with what comes from the device and what lies on the card. */
import { join } from 'node:path'
import { openServerEnd } from '../core/link/server-end.js'
import { monoNowMs, readBootId } from '../core/process/boot.js'
import type { Log } from '../core/process/log.js'
import { runTogether } from '../core/process/service.js'
import { NOTHING_KEPT, settingsInForce } from '../core/ride/settings.js'
import { openAccess } from './access/opening.js'
import { isOwnOrigin } from './access/origin.js'
import { openPairingDoor } from './access/pairing.js'
import { cookieOf, FORGOTTEN_COOKIE, openSessions } from './access/sessions.js'
import { deviceSocketsOf, exportsFolderOf, openClipping } from './clipping.js'
import type { ServerSettings } from './config.js'
import { openCatalogue } from './http/catalogue.js'
import { openHolding } from './http/holding.js'
import { openListener } from './http/listener.js'
import { openHub } from './live/hub.js'
import { openLiveDoor } from './live/socket.js'

export { type OpenPairingOptions, openPairing, type PairingOpened } from './access/pairing.js'

export interface ServerOptions {
  readonly settings: ServerSettings
  readonly log: Log
  readonly signal: AbortSignal
  /** Called once it answers, with the address. */
  readonly onListening: (url: string) => void
}

/** Beside this file's own folder in the build. */
const PAGE_FOLDER = join(import.meta.dirname, '..', 'web')

/** Runs until the signal aborts; then ends every connection and resolves within two seconds. @throws where it cannot listen */
export async function runServer({ settings, log, signal, onListening }: ServerOptions): Promise<void> {
  const { data, http } = settings
  const store = await openAccess(data, log)
  const catalogue = openCatalogue(join(data, 'rides.db'), log)
  const inForce = () =>
    settingsInForce(
      settings,
      catalogue.askOr((reading) => reading.settings(), NOTHING_KEPT),
    )

  const link = openServerEnd({
    paths: deviceSocketsOf(data),
    hear: (news) => hub.publish(news),
    onConnected: () => holding.again(),
    log,
  })
  const holding = openHolding(link.ask)
  const hub = openHub({ lastNow: link.lastNow })
  const clipping = openClipping({
    settings,
    ask: catalogue.ask,
    clips: store.clips,
    isWritable: !store.isStandIn,
    inForce,
    hold: holding.read,
    lastNow: link.lastNow,
    tell: (clip) => hub.publish({ kind: 'clip', clip }),
    log,
  })
  const { signedIn, signIn, signOut } = openSessions(store)
  const live = openLiveDoor({ hub, signedIn, isOwnOrigin, mostSockets: http.limits.webSockets, log })
  const listener = openListener({
    host: http.host,
    port: http.port,
    onListening: (url) => {
      store.setAddress(url)
      onListening(url)
    },
    upgrade: live.upgrade,
    signedIn,
    isOwnOrigin,
    pair: openPairingDoor({ store, bootId: readBootId(), nowMonoMs: monoNowMs, signIn }),
    signOut: (visitorId) => {
      signOut(visitorId)
      live.dismiss(visitorId)
    },
    cookieOf,
    forgottenCookie: FORGOTTEN_COOKIE,
    catalogue,
    ask: link.ask,
    settingsInForce: inForce,
    holding,
    lastNow: link.lastNow,
    footageFolder: join(data, 'footage'),
    exportsFolder: exportsFolderOf(data),
    clipQueue: clipping.queue,
    refusalOfClip: clipping.refusalOf,
    bundleOf: clipping.bundleOf,
    pageFolder: PAGE_FOLDER,
    log,
  })

  try {
    await runTogether([link.service, hub.service, live.service, listener, ...clipping.services], signal)
  } finally {
    catalogue.close()
    store.close()
  }
}
