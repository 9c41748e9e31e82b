/** Whether the server answers and the device records: all that is told to anyone. */
import { HealthShape } from '../../core/api/shapes.js'
import type { Now } from '../../core/ride/now.js'
import { json } from './answers.js'
import type { App } from './app.js'

/** A device that was silent for longer may have stopped recording. */
const HEARD_WITHIN_MS = 5_000

export function healthRoutes(app: App, lastNow: () => Now | null): void {
  app.route({
    method: 'GET',
    url: '/api/health',
    config: { role: 'anyone' },
    schema: { summary: 'Whether the server answers and the device records', response: json(HealthShape) },
    handler: async () => ({ status: 'ok' as const, recording: isRecording(lastNow()) }),
  })
}

function isRecording(now: Now | null): boolean {
  return now !== null && now.deviceSeenMsAgo < HEARD_WITHIN_MS && now.cameras.some(({ state }) => state === 'recording')
}
