/** The web page as it was built: files that never change under their name, and one that is asked for anew each time. */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fastifyStatic } from '@fastify/static'
import type { App } from './app.js'

/** Vite puts what carries a hash in its name into this folder. */
const HASHED = `${sep}assets${sep}`

/** @param folder where the build lies; without one, a sentence says so in place of the page */
export async function pageRoutes(app: App, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/', async (_request, reply) => {
      reply.code(503).type('text/plain; charset=utf-8')
      return 'The web page has not been built. `npm run build` builds it; the API under /api works without.\n'
    })
    return
  }
  await app.register(fastifyStatic, {
    root: folder,
    preCompressed: true,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.includes(HASHED)
      reply.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
