/**
 * A memory card under a magnifying glass: a FUSE file system of one file, the card's image, that logs every write and every
 * flush in order. `node block-log-server.mjs IMAGE PID MOUNTPOINT LOG CONTROL` mounts it in the mount namespace of another
 * process, says `ready`, and ends when it is unmounted. A plain program of its own: it speaks the kernel's protocol over
 * /dev/fuse in a loop that never yields. It stays out of that namespace: whose last process it was would have to unmount,
 * while it dies, a card that waits for its answers.
 *
 * A record of the log: kind (1 write, 2 flush), then CLOCK_MONOTONIC in ms, offset and length as little-endian doubles, then
 * the bytes written. CONTROL holds up to three words: so many milliseconds each write takes, so many each flush, and `eio` where
 * both fail from now on. It may change at any time.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, fdatasyncSync, fstatSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'

// linux/fuse.h, version 7.31
const OPCODES = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
}
const HEAD_BYTES = 40
const WRITE_HEAD_BYTES = 40
const MOST_WRITE_BYTES = 256 * 1024
const PAGE_BYTES = 4096
/** FUSE_ASYNC_READ, FUSE_BIG_WRITES, FUSE_MAX_PAGES. */
const WANTED = (1 << 0) | (1 << 5) | (1 << 22)
const [FOLDER, IMAGE] = [1n, 2n]
const S_IFDIR = 0o040000
const S_IFREG = 0o100000
const ENOENT = 2
const EIO = 5
const ENOSYS = 38
const LOG_HEAD_BYTES = 25

const [imageFile, holderPid, mountpoint, logFile, controlFile] = process.argv.slice(2)
const image = openSync(imageFile, 'r+')
const sizeBytes = fstatSync(image).size
const log = openSync(logFile, 'w')
const fuse = openSync('/dev/fuse', 'r+')
// It inherits the descriptor as its own number 3.
const options = 'fd=3,rootmode=40000,user_id=0,group_id=0'
const mount = ['mount', '-i', '-t', 'fuse', '-o', options, 'block-log', mountpoint]
const mounting = spawnSync('nsenter', [`--mount=/proc/${holderPid}/ns/mnt`, ...mount], {
  stdio: ['ignore', 'inherit', 'inherit', fuse],
})
if (mounting.status !== 0) process.exit(1)
process.stdout.write('ready\n')

let control = { changedMs: null, writeMs: 0, flushMs: 0, fails: false }
const request = Buffer.alloc(MOST_WRITE_BYTES + PAGE_BYTES)
for (let isMounted = true; isMounted; ) isMounted = serveOne()
fdatasyncSync(image)
closeSync(log)

/** False once it is unmounted. */
function serveOne() {
  let length
  try {
    length = readSync(fuse, request, 0, request.length, null)
  } catch (error) {
    if (error.code === 'ENODEV') return false
    // A request that was taken back meanwhile.
    if (error.code === 'ENOENT' || error.code === 'EINTR' || error.code === 'EAGAIN') return true
    throw error
  }
  const opcode = request.readUInt32LE(4)
  const unique = request.readBigUInt64LE(8)
  const node = request.readBigUInt64LE(16)
  const body = request.subarray(HEAD_BYTES, length)
  if (opcode === OPCODES.forget || opcode === OPCODES.batchForget || opcode === OPCODES.interrupt) return true
  const answer = answerTo(opcode, node, body)
  if (typeof answer === 'number') reply(unique, -answer, Buffer.alloc(0))
  else reply(unique, 0, answer)
  return opcode !== OPCODES.destroy
}

/** Bytes, or an error number. */
function answerTo(opcode, node, body) {
  switch (opcode) {
    case OPCODES.init:
      return begun(body)
    case OPCODES.lookup:
      return node === FOLDER && body.toString('utf8', 0, body.indexOf(0)) === 'image'
        ? Buffer.concat([numbers64(IMAGE, 0n, 1n, 1n), numbers32(0, 0), attributesOf(IMAGE)])
        : ENOENT
    case OPCODES.getattr:
    case OPCODES.setattr:
      return Buffer.concat([numbers64(1n), numbers32(0, 0), attributesOf(node)])
    case OPCODES.open:
    case OPCODES.opendir:
      return Buffer.concat([numbers64(1n), numbers32(0, 0)])
    case OPCODES.read:
      return readAt(Number(body.readBigUInt64LE(8)), body.readUInt32LE(16))
    case OPCODES.write:
      return written(Number(body.readBigUInt64LE(8)), body.readUInt32LE(16), body)
    case OPCODES.fsync:
      return flushed()
    case OPCODES.statfs:
      return Buffer.concat([
        numbers64(BigInt(sizeBytes / PAGE_BYTES), 0n, 0n, 0n, 0n),
        numbers32(PAGE_BYTES, 255, PAGE_BYTES, 0, 0, 0, 0, 0, 0, 0),
      ])
    case OPCODES.readdir:
    case OPCODES.release:
    case OPCODES.releasedir:
    case OPCODES.flush:
    case OPCODES.destroy:
      return Buffer.alloc(0)
    default:
      return ENOSYS
  }
}

function begun(body) {
  const [readAheadBytes, flags] = [body.readUInt32LE(8), body.readUInt32LE(12)]
  const answer = Buffer.alloc(64)
  answer.writeUInt32LE(7, 0)
  answer.writeUInt32LE(31, 4)
  answer.writeUInt32LE(readAheadBytes, 8)
  answer.writeUInt32LE(flags & WANTED, 12)
  answer.writeUInt16LE(16, 16) // max_background
  answer.writeUInt16LE(12, 18) // congestion_threshold
  answer.writeUInt32LE(MOST_WRITE_BYTES, 20)
  answer.writeUInt32LE(1, 24) // time_gran
  answer.writeUInt16LE(MOST_WRITE_BYTES / PAGE_BYTES, 28)
  return answer
}

function readAt(offset, length) {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(image, bytes, 0, length, offset))
}

function written(offset, length, body) {
  const bytes = body.subarray(WRITE_HEAD_BYTES, WRITE_HEAD_BYTES + length)
  const { writeMs, fails } = asTold()
  takeTime(writeMs)
  if (fails) return EIO
  writeSync(image, bytes, 0, length, offset)
  note(1, offset, bytes)
  return numbers32(length, 0)
}

function note(kind, offset, bytes) {
  const head = Buffer.alloc(LOG_HEAD_BYTES)
  head.writeUInt8(kind, 0)
  head.writeDoubleLE(Number(process.hrtime.bigint() / 1_000n) / 1_000, 1)
  head.writeDoubleLE(offset, 9)
  head.writeDoubleLE(bytes?.length ?? 0, 17)
  writeSync(log, bytes === null ? head : Buffer.concat([head, bytes]))
}

function flushed() {
  const { flushMs, fails } = asTold()
  takeTime(flushMs)
  if (fails) return EIO
  note(2, 0, null)
  return Buffer.alloc(0)
}

function asTold() {
  const changedMs = statSync(controlFile).mtimeMs
  if (changedMs !== control.changedMs) {
    const words = readFileSync(controlFile, 'utf8').trim().split(' ')
    control = { changedMs, writeMs: Number(words[0]), flushMs: Number(words[1] ?? 0), fails: words.includes('eio') }
  }
  return control
}

function takeTime(ms) {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function reply(unique, error, bytes) {
  const head = Buffer.alloc(16)
  head.writeUInt32LE(16 + bytes.length, 0)
  head.writeInt32LE(error, 4)
  head.writeBigUInt64LE(unique, 8)
  try {
    writeSync(fuse, Buffer.concat([head, bytes]))
  } catch (error) {
    // Who asked was interrupted and does not wait any more.
    if (error.code !== 'ENOENT') throw error
  }
}

function attributesOf(node) {
  const isFolder = node === FOLDER
  const size = isFolder ? 0n : BigInt(sizeBytes)
  const mode = isFolder ? S_IFDIR | 0o755 : S_IFREG | 0o600
  return Buffer.concat([
    numbers64(node, size, size / 512n, 0n, 0n, 0n),
    numbers32(0, 0, 0, mode, isFolder ? 2 : 1, 0, 0, 0, PAGE_BYTES, 0),
  ])
}

function numbers64(...values) {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, index * 8)
  return bytes
}

function numbers32(...values) {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}
