import { nameSchema } from '@roomful-demo/chat-contract'
import { type SubmitEvent, useEffect, useState } from 'react'
import { sentence } from '../sentences.ts'
import { signIn, useSession } from '../session.ts'
import { useCurrentRoom } from '../use-current-room.ts'
import { Brand } from './brand.tsx'

export function NameScreen() {
  const notice = useSession((state) => state.notice)
  const room = useCurrentRoom()
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string>()
  const [isBusy, setIsBusy] = useState(false)

  useEffect(() => {
    document.title = 'Roomful'
  }, [])

  async function enter(event: SubmitEvent) {
    event.preventDefault()
    if (isBusy) return
    if (!nameSchema.safeParse(name).success) return setProblem('A name has 1 to 40 visible characters.')
    setIsBusy(true)
    try {
      await signIn(name)
    } catch (error) {
      setProblem(sentence((error as Error).message))
      setIsBusy(false)
    }
  }

  return (
    <main className="centered">
      <form className="card" onSubmit={enter} noValidate>
        <Brand />
        <h1>{room === undefined ? 'Come in and talk' : <>Come in to #{room}</>}</h1>
        <p className={notice ? 'notice' : 'lead'}>{notice ?? 'Pick a name, and you are in.'}</p>
        <label htmlFor="name">Your name</label>
        <input
          id="name"
          autoComplete="name"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the only input on this page
          autoFocus
          value={name}
          aria-invalid={problem !== undefined}
          aria-describedby="name-problem"
          onChange={(event) => {
            setName(event.target.value)
            setProblem(undefined)
          }}
        />
        <p id="name-problem" className="problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="button" aria-busy={isBusy}>
          Enter
        </button>
      </form>
    </main>
  )
}
