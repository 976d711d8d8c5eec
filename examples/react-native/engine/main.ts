import './later-hermes.ts'
import './globals.ts'
import { fromBase64 } from './base64.ts'
import { toHost } from './host.ts'
// Copied by scripts/react-native.mjs: the runs of the client's baseline test, with a real server.
import { runPlain, runRoomful } from './baseline-runs.ts'
import { runHooks } from './hooks.tsx'

interface Settings {
  readonly plain: string
  readonly lobby: string
  readonly hooks: string
  /** Random bytes: React Native's polyfill gets them from the phone. */
  readonly random: string
}

function polyfillRandom(random: string): void {
  const bytes = new Uint8Array(fromBase64(random))
  let used = 0
  const getRandomValues = (target: Uint8Array) => {
    if (used + target.length > bytes.length) throw new Error('all random bytes are used')
    target.set(bytes.subarray(used, (used += target.length)))
    return target
  }
  Object.assign(globalThis, { crypto: { getRandomValues } })
}

async function runAll({ plain, lobby, hooks, random }: Settings): Promise<object> {
  return {
    plain: await runPlain(plain),
    roomful: await runRoomful(lobby, () => polyfillRandom(random)),
    polling: await runHooks(hooks, 'polling'),
    websocket: await runHooks(hooks, 'websocket'),
  }
}

Object.assign(globalThis, {
  begin(settings: Settings) {
    runAll(settings).then(
      (results) => toHost({ type: 'results', results }),
      (error: Error) => toHost({ type: 'failed', text: `${error.stack ?? error}` }),
    )
  },
})
