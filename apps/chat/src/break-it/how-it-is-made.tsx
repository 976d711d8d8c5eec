const parts: readonly { readonly title: string; readonly code: string }[] = [
  {
    title: 'Messages, sent and received',
    code: `const timeline = useTimeline(room, 'message', { initial: 50 })
room.send({ text })`,
  },
  {
    title: 'Nothing is lost over a reload',
    code: `createClient({ url, contract, auth,
  rooms: roomful({ outbox: persistentOutbox({ user: user.id }) }) })`,
  },
  {
    title: 'Who is here, and who is typing',
    code: `const others = useOthers(room)
const { typing, keystroke } = useTyping(room)`,
  },
  {
    title: 'The banner of an outage',
    code: `const outage = useLostConnection()`,
  },
  {
    title: 'These experiments',
    code: `const { faults, entries } = createInspector(client)
faults.cut()`,
  },
]

/** The lines of code behind what the visitor sees. */
export function HowItIsMade() {
  return (
    <>
      <h3>How this is made</h3>
      {parts.map(({ title, code }) => (
        <details key={title}>
          <summary>{title}</summary>
          <pre>
            <code>{code}</code>
          </pre>
        </details>
      ))}
    </>
  )
}
