import './console.css'
import { createRoot } from 'react-dom/client'
import { Application } from './application.tsx'
import { followLinks } from './routing/location.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
followLinks()
createRoot(root).render(<Application />)
