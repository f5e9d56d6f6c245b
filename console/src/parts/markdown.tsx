import { marked, type Token, type Tokens } from 'marked'
import { Fragment, type ReactNode } from 'react'
import { ScrollRegion } from './scroll-region.tsx'

/** Markdown as elements of the page. HTML in it is shown as text, and only links to http, https and mail lead anywhere. */
export function Markdown({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="markdown">
      <Many tokens={marked.lexer(withoutFrontMatter(text))} label={label} />
    </div>
  )
}

/** What tools read at the top of a card. */
function withoutFrontMatter(text: string): string {
  return text.replace(/^---\n[\s\S]*?\n---\n/, '')
}

function Many({ tokens, label }: { readonly tokens: readonly Token[] | undefined; readonly label: string }) {
  // a text never changes its order
  return tokens?.map((token, index) => (
    <Fragment key={index}>
      <One token={token} label={label} />
    </Fragment>
  ))
}

function One({ token, label }: { readonly token: Token; readonly label: string }): ReactNode {
  const inner = <Many tokens={'tokens' in token ? token.tokens : undefined} label={label} />
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading':
      // the page has its own first headings
      return (token as Tokens.Heading).depth < 3 ? <h3>{inner}</h3> : <h4>{inner}</h4>
    case 'paragraph':
      return <p>{inner}</p>
    case 'strong':
      return <strong>{inner}</strong>
    case 'em':
      return <em>{inner}</em>
    case 'del':
      return <del>{inner}</del>
    case 'br':
      return <br />
    case 'hr':
      return <hr />
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>
    case 'code':
      return (
        <ScrollRegion className="scroll-x" label={`Code in the ${label}`}>
          <pre>{(token as Tokens.Code).text}</pre>
        </ScrollRegion>
      )
    case 'blockquote':
      return <blockquote>{inner}</blockquote>
    case 'link': {
      const { href } = token as Tokens.Link
      return /^(?:https?:|mailto:)/i.test(href) ? (
        <a href={href} target="_blank" rel="noreferrer">
          {inner}
        </a>
      ) : (
        <span>{inner}</span>
      )
    }
    case 'list': {
      const { ordered, items } = token as Tokens.List
      const lines = items.map((item, index) => (
        <li key={index}>
          <Many tokens={item.tokens} label={label} />
        </li>
      ))
      return ordered ? <ol>{lines}</ol> : <ul>{lines}</ul>
    }
    case 'table':
      return <TableOf table={token as Tokens.Table} label={label} />
    default:
      // text within a list has parts of its own; all else, HTML too, is shown as it was written
      return 'tokens' in token && token.tokens ? inner : textOf(token)
  }
}

function textOf(token: Token): string {
  return 'text' in token && typeof token.text === 'string' ? decode(token.text) : token.raw
}

/** The lexer leaves what stands for a letter as it was written. */
function decode(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

function TableOf({ table, label }: { readonly table: Tokens.Table; readonly label: string }) {
  const hasHead = table.header.some(({ text }) => text !== '')
  return (
    <ScrollRegion className="scroll-x" label={`Table in the ${label}`}>
      <table>
        {hasHead && (
          <thead>
            <tr>
              {table.header.map((cell, index) => (
                <th key={index}>
                  <Many tokens={cell.tokens} label={label} />
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place}>
                  <Many tokens={cell.tokens} label={label} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
