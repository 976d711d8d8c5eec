import { startServer } from './bench-server.ts'
import { CHAT_LIST_CONTENDERS, type ChatListContender } from './chat-list-types.ts'
import { openTab } from './chromium.ts'
import { isQuick } from './options.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

const MESSAGES = isQuick ? 20_000 : 100_000
const CPU = 'main thread, µs a message'
const HEAP = 'growth of the heap at most, MB'
const FRAMES = isQuick ? 60 : 180
/** How many messages come in a frame: one, and about 1,000 a second. */
const EACH = [1, 16]

/** A list of 100,000 messages of which the last are shown, and more in each frame. */
export async function chatList(): Promise<Table> {
  const urls = {
    'a copied array': (await startServer('plain')).url,
    roomful: (await startServer('rooms', { history: MESSAGES })).url,
  }
  const measure = async (contender: ChatListContender): Promise<Measured> => {
    const measured: Record<string, number> = {}
    const tab = await openTab()
    await tab.run('fillChatList', [urls[contender], contender, MESSAGES])
    for (const each of EACH) {
      const { result, busyMs } = await tab.run('appendToChatList', [{ frames: FRAMES, each }])
      measured[`${each} a frame: ${CPU}`] = (busyMs / FRAMES / each) * 1_000
      measured[`${each} a frame: ${HEAP}`] = result / 1_000_000
    }
    await tab.close()
    return measured
  }
  const goals = Object.fromEntries(
    EACH.flatMap((each) => [
      [`${each} a frame: ${CPU}`, '≤ 0.35'],
      [`${each} a frame: ${HEAP}`, '≤ 0.20'],
    ]),
  )
  return rounds(3, CHAT_LIST_CONTENDERS, measure, { goals })
}
