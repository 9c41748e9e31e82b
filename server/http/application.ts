/** The HTTP application: Fastify with the limits of a small machine, every route of the API, and the page. */
import { fastify, type onRouteHookHandler } from 'fastify'
import type { Log } from '../../core/process/log.js'
import type { Now } from '../../core/ride/now.js'
import type { App } from './app.js'
import { type BundleDoor, bundleRoutes } from './bundle.js'
import { checkedBySchema } from './checking.js'
import { clipFileRoutes } from './clip-files.js'
import { type ClipsDoor, clipRoutes } from './clips.js'
import { refuseConnection, sendProblem } from './errors.js'
import { footageRoutes } from './footage.js'
import { openFootage } from './footage-file.js'
import { healthRoutes } from './health.js'
import type { Holding } from './holding.js'
import { incidentRoutes } from './incidents.js'
import { openIndexes } from './indexes.js'
import { nowRoutes } from './now.js'
import { openApiRoutes } from './openapi.js'
import { pageRoutes } from './page.js'
import { Problem } from './problem.js'
import { recalledTrackRoutes } from './recalled-track.js'
import { ridePrivacyRoutes } from './ride-privacy.js'
import { type RidesDoor, rideRoutes } from './rides.js'
import { type RolesOptions, requireRoles } from './roles.js'
import { SECURITY_HEADERS } from './security-headers.js'
import { type SessionDoor, sessionRoutes } from './session.js'
import { type SettingsDoor, settingsRoutes } from './settings.js'
import { trackRoutes } from './track.js'
import { trackFileRoutes } from './track-files.js'
import { videoRoutes } from './video.js'
import { wishRoutes } from './wishing.js'

/** What the other rooms hand in. */
export interface ApplicationOptions extends RolesOptions, RidesDoor, SessionDoor, SettingsDoor {
  readonly lastNow: () => Now | null
  readonly holding: Holding
  readonly footageFolder: string
  readonly exportsFolder: string
  readonly clipQueue: ClipsDoor['clipQueue']
  readonly refusalOfClip: ClipsDoor['refusalOfClip']
  readonly bundleOf: BundleDoor['bundleOf']
  /** Where the build of the web page lies. */
  readonly pageFolder: string
  readonly log: Log
  /** Hears of every route as it is registered. */
  readonly onRoute?: onRouteHookHandler
}

/** Fastify's own limits are 1 MiB, and no end of time for a request that is sent slowly. */
const LIMITS = {
  bodyLimit: 16 * 1024,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  maxRequestsPerSocket: 200,
  routerOptions: { maxParamLength: 64 },
  http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 8 * 1024 },
}

export async function createApplication(options: ApplicationOptions): Promise<App> {
  const { catalogue, holding, lastNow, footageFolder, exportsFolder, clipQueue, refusalOfClip, pageFolder, log } =
    options
  const app: App = fastify({
    ...LIMITS,
    logger: false,
    trustProxy: false,
    forceCloseConnections: true,
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, _request, reply) => void sendProblem(error, reply, log),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))
  app.setValidatorCompiler(checkedBySchema)
  app.setErrorHandler((error, _request, reply) => sendProblem(error, reply, log))
  app.setNotFoundHandler((_request, reply) => sendProblem(new Problem(404, 'nothing is here'), reply, log))
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS)
  })
  requireRoles(app, options)
  if (options.onRoute !== undefined) app.addHook('onRoute', options.onRoute)
  await openApiRoutes(app)

  const openFile = (file: string) => openFootage(footageFolder, file)
  const camerasConfigured = () => lastNow()?.cameras.map(({ name }) => name) ?? []
  healthRoutes(app, lastNow)
  sessionRoutes(app, options)
  nowRoutes(app, lastNow)
  wishRoutes(app, options.ask)
  rideRoutes(app, options)
  incidentRoutes(app, options)
  trackRoutes(app, options)
  trackFileRoutes(app, options)
  ridePrivacyRoutes(app, options)
  settingsRoutes(app, options)
  recalledTrackRoutes(app, options.ask, lastNow)
  footageRoutes(app, { catalogue, indexes: openIndexes(openFile), camerasConfigured })
  videoRoutes(app, { catalogue, holding, openFile })
  clipRoutes(app, { catalogue, clipQueue, refusalOfClip, camerasConfigured })
  bundleRoutes(app, { clip: clipQueue.clip, bundleOf: options.bundleOf, holding })
  clipFileRoutes(app, { clipQueue, openExport: (file) => openFootage(exportsFolder, file) })
  await pageRoutes(app, pageFolder)
  await app.ready()
  return app
}
