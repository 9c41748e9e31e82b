/** A program that does one thing and ends. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What it said on standard output. @throws with what it said on standard error where it fails */
export async function runProgram(command: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { maxBuffer: 64 * 1024 * 1024 })).stdout
}
