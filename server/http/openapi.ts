/** The description of the API that programs read, made of the schemas that check it. */
import { fastifySwagger } from '@fastify/swagger'
import type { App } from './app.js'

/** To be called before the routes it is to describe. */
export async function openApiRoutes(app: App): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Spokecam',
        version: '1',
        description: 'Rides, their tracks and their video, live and afterwards.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    // What anyone may ask for needs no token.
    transform: ({ schema, url, route }) => ({
      schema: route.config?.role === 'anyone' ? { ...schema, security: [] } : schema,
      url,
    }),
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  })
  app.route({
    method: 'GET',
    url: '/api/openapi.json',
    config: { role: 'anyone' },
    schema: { hide: true },
    handler: async () => app.swagger(),
  })
}
