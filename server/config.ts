/** The server's sections of the settings. */
import { dataFolder } from '../core/process/config.js'
import { type Group, group, list, number, text } from '../core/process/config-schema.js'
import { displaySection, privacySection } from '../core/process/shared-sections.js'

const hostName = text('a host name such as spokecam.local', (name) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name))

export const serverSections = {
  data: dataFolder,
  http: group({
    host: text(
      'an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of them',
      (host) => /^[0-9a-z.:%_-]+$/i.test(host),
      '127.0.0.1',
    ),
    /** 0 takes a free one. */
    port: number({ from: 0, to: 65_535, step: 1, fallback: 8080 }),
    /** What the machine is called by phones, besides its addresses. */
    names: list({ of: 'names', item: hostName, most: 20, fallback: ['spokecam.local'] }),
    limits: group({
      webSockets: number({ from: 1, to: 10_000, step: 1, fallback: 32 }),
      streams: number({ from: 1, to: 1_000, step: 1, fallback: 6 }),
      unauthenticatedSockets: number({ from: 1, to: 10_000, step: 1, fallback: 128 }),
      requestsPerSecond: number({ from: 1, to: 100_000, step: 1, fallback: 50 }),
    }),
  }),
  privacy: privacySection,
  display: displaySection,
}

export type ServerSettings = Group<typeof serverSections>
