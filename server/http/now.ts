/** The device as it is now. */
import { NowShape } from '../../core/api/shapes.js'
import type { Now } from '../../core/ride/now.js'
import { json } from './answers.js'
import type { App } from './app.js'
import { Problem } from './problem.js'

export function nowRoutes(app: App, lastNow: () => Now | null): void {
  app.route({
    method: 'GET',
    url: '/api/now',
    config: { role: 'owner' },
    schema: { summary: 'One whole picture of the device', response: json(NowShape) },
    handler: async () => {
      const now = lastNow()
      if (now === null) throw new Problem(503, 'the device has not been heard of yet')
      return now
    },
  })
}
