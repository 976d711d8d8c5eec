import type { Entry } from '@roomful/contract/protocol'
import type { Logs, Sent, Stay, RunRecord } from './run-record.ts'

type Bad = (what: string) => void

/** The violations after the faults have ended; each begins with the number of its check. */
export function findViolations(record: RunRecord, logs: Logs): string[] {
  const violations = [...record.problems]
  const bad: Bad = (what) => void violations.push(what)
  checkLogs(record, logs, bad)
  checkOutcomes(record, logs, bad)
  for (const stay of record.stays) checkView(stay, logs.get(stay.room) ?? [], bad)
  checkOwn(record, bad)
  violations.push(...missing(record.sent, logs).map((what) => `C1 ${what}`))
  return violations
}

/** The confirmed messages that are not in the log at the seq of their receipt. */
function missing(sent: readonly Sent[], logs: Logs): string[] {
  return sent.flatMap(({ text, room, outcome }) => {
    if (outcome?.state !== 'confirmed') return []
    const entry = logs.get(room)?.[outcome.seq - 1]
    if (entry?.id === outcome.id && textOf(entry) === text && entry.seq === outcome.seq) return []
    return [`"${text}" was confirmed as ${outcome.id} at ${room}/${outcome.seq}, where the log has ${nameOf(entry)}`]
  })
}

/** Notes what is confirmed when a process ends. What it returns checks later that all of it is in the log. */
export function restartCheck(record: RunRecord, logs: () => Promise<Logs>): (why: string) => () => Promise<void> {
  return (why) => {
    const confirmed = record.sent.filter(({ outcome }) => outcome?.state === 'confirmed')
    return async () => {
      const lost = missing(confirmed, await logs())
      record.problems.push(...lost.map((what) => `C5 after ${why}: ${what}`))
    }
  }
}

/** Each message is in the log once, from its sender, and in the order of that sender; times never fall. */
function checkLogs({ sent }: RunRecord, logs: Logs, bad: Bad): void {
  const known = new Map(sent.filter(({ isSpam }) => !isSpam).map((message) => [message.text, message]))
  const seen = new Set<string>()
  for (const [room, entries] of logs) {
    const last = new Map<string, number>()
    let lastAt = 0
    for (const [index, entry] of entries.entries()) {
      const text = textOf(entry)
      const message = known.get(text)
      const place = `${room}/${entry.seq}`
      if (entry.seq !== index + 1) bad(`C2 the log of ${room} has ${entry.seq} after ${index}`)
      if (entry.at < lastAt) bad(`C2 the time of ${place} is ${entry.at}, before ${lastAt}`)
      lastAt = entry.at
      if (seen.has(text)) bad(`C1 "${text}" is in the log twice, again at ${place}`)
      seen.add(text)
      if (message?.room !== room || message.user !== entry.from?.id) {
        bad(`C4 ${nameOf(entry)} at ${place} from ${entry.from?.id}, who never sent it there`)
        continue
      }
      const order = orderOf(text)
      if (order <= (last.get(message.user) ?? 0))
        bad(`C3 "${text}" at ${place} comes after ${last.get(message.user)} of the same sender`)
      last.set(message.user, order)
    }
  }
}

/** Every outcome is true; no message of a page, open or closed, is forgotten. */
function checkOutcomes({ sent, left, stays, putOut }: RunRecord, logs: Logs, bad: Bad): void {
  /** Whether the user was put out of the room: then the next page may have ended the message. */
  const isEnded = (text: string): boolean =>
    sent.some((message) => message.text === text && putOut.has(`${message.user} ${message.room}`))
  const logged = new Set([...logs.values()].flatMap((entries) => entries.map(textOf)))
  const isAlive = new Set(stays.filter(({ isOver }) => !isOver).map(({ page }) => page))
  const isLeft = new Set(left)
  for (const text of isLeft)
    if (text !== 'spam' && !logged.has(text) && !isEnded(text))
      bad(`C7 "${text}" was stored when its page closed, and no page sent it`)
  for (const { text, isSpam, room, stay, outcome } of sent) {
    const name = `"${text}" of ${stay.page} in ${room}`
    if (outcome === undefined) {
      if (isAlive.has(stay.page)) bad(`C7 ${name} was never settled`)
      else if (!isSpam && logged.has(text) && !isLeft.has(text)) bad(`C5 ${name} was sent before it was stored`)
    } else if (outcome.state === 'unconfirmed') bad(`C7 ${name} was not confirmed`)
    else if (outcome.state === 'confirmed' && isSpam) bad(`C7 ${name} was confirmed`)
    else if (outcome.state === 'refused' && !mayFail(outcome, isSpam, logged.has(text)))
      bad(`${logged.has(text) ? 'C8 it is in the log, and' : 'C7'} ${name} failed: ${outcome.error}`)
  }
}

/** A message that the server refuses; or one of a user who was put out: in no log, or with an unknown outcome. */
function mayFail(
  { code, isPutOut }: { readonly code: string; readonly isPutOut: boolean },
  isSpam: boolean,
  isLogged: boolean,
): boolean {
  return isPutOut ? code === 'UNKNOWN' || !isLogged || isSpam : isSpam && code === 'SPAM'
}

/** The received messages are the log from the join on, up to the head where the stay is not over. */
function checkView({ page, room, received, isOver }: Stay, log: readonly Entry[], bad: Bad): void {
  let last = received[0] && received[0].seq - 1
  for (const { seq, id, at, text, from } of received) {
    const entry = log[seq - 1]
    if (seq !== (last ?? 0) + 1) bad(`C2 ${page} received ${room}/${seq} after ${last}`)
    if (entry?.id !== id || entry.at !== at || textOf(entry) !== text || entry.from?.id !== from)
      bad(`C2 ${page} received "${text}" (${id}) at ${room}/${seq}, where the log has ${nameOf(entry)}`)
    last = seq
  }
  if (!isOver && last !== undefined && last !== log.length)
    bad(`C2 ${page} received ${room} to ${last} of ${log.length}`)
}

/** A member receives its own messages: that shows where its stay must have begun. */
function checkOwn({ sent }: RunRecord, bad: Bad): void {
  const received = new Map<Stay, Set<number>>()
  for (const { text, stay, room, outcome } of sent) {
    if (stay.isOver || outcome?.state !== 'confirmed') continue
    if (!received.has(stay)) received.set(stay, new Set(stay.received.map(({ seq }) => seq)))
    if (!received.get(stay)!.has(outcome.seq))
      bad(`C2 ${stay.page} did not receive its own "${text}" at ${room}/${outcome.seq}`)
  }
}

function textOf({ data }: Entry): string {
  return (data as { text: string }).text
}

/** `user number` */
function orderOf(text: string): number {
  return Number(text.split(' ')[1])
}

function nameOf(entry: Entry | undefined): string {
  return entry ? `"${textOf(entry)}" (${entry.id})` : 'nothing'
}
