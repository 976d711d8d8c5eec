import { useEffect, useRef } from 'react'
import { server } from '../server.ts'
import { trustServer } from '../trusted-servers.ts'
import { Brand } from './brand.tsx'

/** Asks before anything is sent to a server that only the page's address names. */
export function OtherServer() {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = 'Roomful'
    title.current?.focus()
  }, [])

  return (
    <main className="centered">
      <div className="card">
        <Brand />
        <h1 ref={title} tabIndex={-1}>
          Another server
        </h1>
        <p>This link leads to a server that is not the usual one of this page:</p>
        <p className="address">
          <bdi>{server.url}</bdi>
        </p>
        <p className="lead">It will get your name and everything that you write. Go on only if you trust it.</p>
        <a className="button" href={location.pathname}>
          Use the usual server
        </a>
        <button type="button" className="button quiet" onClick={trustServer}>
          Go to this server
        </button>
      </div>
    </main>
  )
}
