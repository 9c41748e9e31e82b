/** Loaded into a process (node --import) to tell, as its last line on descriptor 3, the most memory it ever held: KiB of RSS. */
import { writeSync } from 'node:fs'

process.on('exit', () => writeSync(3, `${process.resourceUsage().maxRSS}\n`))
