/** What we use of node-gpsd 0.3.4, which comes without types. */
declare module 'node-gpsd' {
  import { EventEmitter } from 'node:events'

  export class Listener extends EventEmitter {
    constructor(options?: { port?: number; hostname?: string; logger?: object; parse?: boolean })
    connect(callback?: () => void): void
    disconnect(callback?: () => void): void
    watch(options?: object): void
    version(): void
    devices(): void
    device(): void
    isConnected(): boolean
  }
}
