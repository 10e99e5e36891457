/**
 * Loaded into pi before it starts (`node --import`). It does two things that pi has no flag for:
 *
 * pi prints every event, and with each piece of a message the whole message so far: a long session prints hundreds
 * of megabytes. Only the events that are read are let through. pi also ends with 0 when its model failed: here that
 * is 1. Imports nothing.
 */
const kept = [
  '{"type":"message_end","message":{"role":"assistant",',
  '{"type":"tool_execution_start",',
  '{"type":"tool_execution_end",',
]
const eventStart = '{"type":'

const write = process.stdout.write.bind(process.stdout)
let failed = false

process.stdout.write = (chunk, encoding, callback) => {
  const line = String(chunk)
  if (!line.startsWith(eventStart)) return write(chunk, encoding, callback)
  if (!kept.some((start) => line.startsWith(start))) {
    const done = typeof encoding === 'function' ? encoding : callback
    if (done) process.nextTick(done)
    return true
  }
  if (line.startsWith(kept[0])) failed = ['error', 'aborted'].includes(JSON.parse(line).message.stopReason)
  return write(chunk, encoding, callback)
}

process.on('exit', (code) => {
  if (code === 0 && failed) process.exitCode = 1
})
