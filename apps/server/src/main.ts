import { startServer } from './app.ts'
import type { RunningServer } from './app.ts'
import { readEnvironment } from './environment.ts'

try {
  const server = await startServer(readEnvironment(process.env))
  console.log(`listening on ${server.url}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function stop(server: RunningServer): Promise<void> {
  try {
    await server.close()
    process.exit(0)
  } catch (error) {
    console.error('could not stop cleanly:', error)
    process.exit(1)
  }
}
