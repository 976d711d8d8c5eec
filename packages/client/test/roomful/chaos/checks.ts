import type { Entry } from '@roomful/contract/protocol'
import type { Logs, Sent, Stay, Story } from './story.ts'

type Bad = (what: string) => void

/** What must hold once everything has healed; each begins with its check. */
export function findViolations(story: Story, logs: Logs): string[] {
  const violations = [...story.problems]
  const bad: Bad = (what) => void violations.push(what)
  checkLogs(story, logs, bad)
  checkOutcomes(story, logs, bad)
  for (const stay of story.stays) checkView(stay, logs.get(stay.room) ?? [], bad)
  checkOwn(story, bad)
  violations.push(...missing(story.sent, logs).map((what) => `C1 ${what}`))
  return violations
}

/** What was confirmed and is not in the log where the receipt says, once. */
export function missing(sent: readonly Sent[], logs: Logs): string[] {
  return sent.flatMap(({ text, room, outcome }) => {
    if (outcome?.state !== 'confirmed') return []
    const entry = logs.get(room)?.[outcome.seq - 1]
    if (entry?.id === outcome.id && textOf(entry) === text && entry.seq === outcome.seq) return []
    return [`"${text}" was confirmed as ${outcome.id} at ${room}/${outcome.seq}, where there is ${told(entry)}`]
  })
}

/** Everything once, from somebody who said it, each sender's in the order of saying. */
function checkLogs({ sent }: Story, logs: Logs, bad: Bad): void {
  const known = new Map(sent.filter(({ isSpam }) => !isSpam).map((message) => [message.text, message]))
  const seen = new Set<string>()
  for (const [room, entries] of logs) {
    const last = new Map<string, number>()
    for (const [index, entry] of entries.entries()) {
      const text = textOf(entry)
      const message = known.get(text)
      const place = `${room}/${entry.seq}`
      if (entry.seq !== index + 1) bad(`C2 the log of ${room} has ${entry.seq} after ${index}`)
      if (seen.has(text)) bad(`C1 "${text}" is in the log twice, again at ${place}`)
      seen.add(text)
      if (message?.room !== room || message.user !== entry.from?.id) {
        bad(`C4 ${told(entry)} at ${place} from ${entry.from?.id}, who never said it there`)
        continue
      }
      const order = orderOf(text)
      if (order <= (last.get(message.user) ?? 0))
        bad(`C3 "${text}" at ${place} comes after ${last.get(message.user)} of the same sender`)
      last.set(message.user, order)
    }
  }
}

/** Told what is so; nothing that a live page sent, or a dead one left, is forgotten. */
function checkOutcomes({ sent, left, stays }: Story, logs: Logs, bad: Bad): void {
  const logged = new Set([...logs.values()].flatMap((entries) => entries.map(textOf)))
  const isAlive = new Set(stays.filter(({ isOver }) => !isOver).map(({ page }) => page))
  const isLeft = new Set(left)
  for (const text of isLeft)
    if (text !== 'spam' && !logged.has(text)) bad(`C7 "${text}" was stored when its page died, and nobody finished it`)
  for (const { text, isSpam, room, stay, outcome } of sent) {
    const name = `"${text}" of ${stay.page} in ${room}`
    if (outcome === undefined) {
      if (isAlive.has(stay.page)) bad(`C7 ${name} was never settled`)
      else if (!isSpam && logged.has(text) && !isLeft.has(text)) bad(`C5 ${name} was sent before it was stored`)
    } else if (outcome.state === 'unconfirmed') bad(`C7 ${name} was not confirmed`)
    else if (outcome.state === 'confirmed' && isSpam) bad(`C7 ${name} was confirmed`)
    else if (outcome.state === 'refused' && !(isSpam && outcome.code === 'SPAM'))
      bad(`${logged.has(text) ? 'C8 it is in the log, and' : 'C7'} ${name} failed: ${outcome.error}`)
  }
}

/** What was heard is the log, from where the stay began; to its end, where it is not over. */
function checkView({ page, room, heard, isOver }: Stay, log: readonly Entry[], bad: Bad): void {
  let last = heard[0] && heard[0].seq - 1
  for (const { seq, id, at, text, from } of heard) {
    const entry = log[seq - 1]
    if (seq !== (last ?? 0) + 1) bad(`C2 ${page} heard ${room}/${seq} after ${last}`)
    if (entry?.id !== id || entry.at !== at || textOf(entry) !== text || entry.from?.id !== from)
      bad(`C2 ${page} heard "${text}" (${id}) at ${room}/${seq}, where the log has ${told(entry)}`)
    last = seq
  }
  if (!isOver && last !== undefined && last !== log.length) bad(`C2 ${page} heard ${room} to ${last} of ${log.length}`)
}

/** Whoever is in a room hears what he said in it: this tells where a stay must have begun. */
function checkOwn({ sent }: Story, bad: Bad): void {
  const heard = new Map<Stay, Set<number>>()
  for (const { text, stay, room, outcome } of sent) {
    if (stay.isOver || outcome?.state !== 'confirmed') continue
    if (!heard.has(stay)) heard.set(stay, new Set(stay.heard.map(({ seq }) => seq)))
    if (!heard.get(stay)!.has(outcome.seq))
      bad(`C2 ${stay.page} did not hear its own "${text}" at ${room}/${outcome.seq}`)
  }
}

function textOf({ data }: Entry): string {
  return (data as { text: string }).text
}

/** `user number` */
function orderOf(text: string): number {
  return Number(text.split(' ')[1])
}

function told(entry: Entry | undefined): string {
  return entry ? `"${textOf(entry)}" (${entry.id})` : 'nothing'
}
