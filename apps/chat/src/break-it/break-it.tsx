import { lazy, Suspense, useEffect } from 'react'
import { create } from 'zustand'
import { Icon } from '../components/icon.tsx'

const Dock = lazy(() => import('./dock.tsx'))

const useDock = create<{ readonly isOpen: boolean }>()(() => ({ isOpen: false }))
const toggle = () => useDock.setState(({ isOpen }) => ({ isOpen: !isOpen }))
const close = () => useDock.setState({ isOpen: false })

const KEY = 'F2'
const DOCK_ID = 'break-it'

export function BreakItButton() {
  const isOpen = useDock((dock) => dock.isOpen)
  return (
    <button
      type="button"
      className="icon-button break-it"
      aria-expanded={isOpen}
      aria-controls={DOCK_ID}
      title={`Break the connection or the server, and watch what happens (${KEY})`}
      onClick={toggle}
    >
      <Icon name="break" /> <span>Break it</span>
    </button>
  )
}

/** The experiments with the connection and the server. They are loaded when they are opened first. */
export function BreakIt() {
  const isOpen = useDock((dock) => dock.isOpen)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === KEY) toggle()
      else if (event.key === 'Escape') close()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  if (!isOpen) return null
  return (
    <aside id={DOCK_ID} className="dock" aria-label="Break it">
      <header>
        <h2>Break it</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Suspense fallback={<p className="lead">Loading…</p>}>
        <Dock />
      </Suspense>
    </aside>
  )
}
