import { createRoot } from 'react-dom/client'
import { Chat } from './chat.tsx'

if (import.meta.env.MODE === 'mock') await (await import('./mock.ts')).server.listen()
createRoot(document.body.appendChild(document.createElement('div'))).render(<Chat />)
