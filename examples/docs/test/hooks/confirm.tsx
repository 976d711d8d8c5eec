import { useState } from 'react'
import { useEvent } from './roomful.ts'

interface Question {
  text: string
  answer: (isYes: boolean) => void
}

export function Confirm() {
  const [question, setQuestion] = useState<Question>()
  useEvent('confirm', ({ text }) => new Promise<boolean>((answer) => setQuestion({ text, answer })))
  if (!question) return null
  const close = (isYes: boolean) => {
    question.answer(isYes)
    setQuestion(undefined)
  }
  return (
    <dialog open>
      {question.text} <button onClick={() => close(true)}>Yes</button> <button onClick={() => close(false)}>No</button>
    </dialog>
  )
}
