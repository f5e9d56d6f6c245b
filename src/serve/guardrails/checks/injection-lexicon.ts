/**
 * Words that attempts to take a model over are made of, by what they do in a sentence. A star stands for any ending. Written by
 * us for 15 languages; the order of the words in a sentence does not matter to the rules, only their distance.
 */
export const lexicon = {
  /** To stop following. */
  ignore: `
    ignore* ignoring disregard* forget forgetting override* overriding overrule* bypass* neglect discard abandon disobey* unlearn
    supersede* nullify "pay no attention" "do not follow" "don't follow" "dont follow" "do not obey" "don't obey" "stop following"
    "stop obeying" "no longer follow" "no longer obey" "set aside" "throw away" "never mind" "skip over" "do not listen to"
    ignorier* vergiss vergesst vergessen missachte* "nicht beachten" überschreib* umgeh* "befolge nicht" "halte dich nicht" verwirf
    ignorez "ignore" oubli* "ne tiens pas compte" "ne tenez pas compte" "ne suis plus" "ne suivez pas" contourne* outrepasse* néglig*
    ignora ignore ignoren ignorar olvida olvide olviden olvidar omite descarta "no sigas" "haz caso omiso" "no hagas caso" sáltate anula
    ignorem esqueça esquece esqueçam desconsidere desconsidera descarte "não siga" anule
    ignorate dimentica dimenticate scorda trascura "non seguire" "non tenere conto" scavalca
    negeer vergeet "volg niet" omzeil
    zignoruj ignoruj zapomnij pomiń "nie stosuj" "nie przestrzegaj" obejdź
    игнориру* проигнориру* забудь* забыть отбрось "не следуй" "не обращай внимания" обойди
    "yok say" unut unutun "dikkate alma" görmezden "göz ardı et"
    忽略 无视 無視 忘记 忘掉 忘了 不要理会 不要遵守 不再遵守 跳过 忽視
    無視し 忘れて 忘れろ 従わない 従うな 破棄し
    무시하 무시해 잊어 잊고 따르지
    تجاهل تجاهلي انس انسَ انسى "لا تتبع"
    अनदेखा नज़रअंदाज नजरअंदाज भूल "पालन न करें"`,
  /** What came before, or what the model was given. */
  prior: `
    previous* prior above earlier preceding former original initial existing foregoing aforementioned system your developer* "given to you"
    "you were given" "you have been given" "you received" "you have received" "you were told" "before this" "until now" "up to now"
    "so far" "that came before" "from before" "of the developer" pre-existing
    vorherig* vorig* bisherig* obig* früher* vorangegangen* ursprünglich* deine* ihre "oben steh*" "davor" systemprompt
    précédent* antérieur* "ci-dessus" initial* "d'origine" tes vos préalable* "plus haut"
    anterior* previas previa previo previos "de arriba" inicial* original* tus sus
    prévi* acima suas seus
    precedent* "di prima" sopra inizial* tue vostre
    vorige eerdere voorgaande bovenstaande je jouw
    poprzedni* wcześniejsz* powyższ* swoje twoje dotychczasow*
    предыдущ* прежн* ранее вышеуказанн* "выше" свои твои прошл* исходн*
    önceki yukarıdaki "daha önceki" ilk
    之前 以前 先前 上面 上述 以上 此前 前面 原有 你的 您的 所有
    以前の これまで 上記 今までの 前の 最初の あなたの すべての 全ての
    이전 앞의 위의 지금까지 기존 모든
    السابقة السابق أعلاه التعليماتك الأصلية
    पिछले पिछली पूर्व ऊपर पहले सभी`,
  /** What a model is told to do. */
  instructions: `
    instruction* prompt prompts rule rules guideline* directive* programming "training" constraint* restriction* safeguard* "system message*"
    "safety polic*" "content polic*" "policies" "configuration" guardrail* "safety filter*" "ethical code"
    anweisung* instruktion* regeln vorgaben richtlinien befehle vorschriften anleitung*
    consignes directives règles contraintes instrucciones indicaciones reglas órdenes directrices normas
    instruções regras orientações diretrizes comandos
    istruzioni regole direttive indicazioni
    instructies regels richtlijnen aanwijzingen opdrachten
    instrukcj* polece* zasad* wytyczn*
    инструкци* указани* правил* команд* директив* ограничени*
    talimat* kurallar* yönerge* komut*
    指令 指示 说明 規則 规则 提示词 提示 设定 限制 命令
    ルール 規則 命令 プロンプト 制約
    지시 규칙 명령 지침 프롬프트
    التعليمات تعليمات القواعد الأوامر التوجيهات
    निर्देश निर्देशों नियम नियमों आदेश`,
  /** The same in a word or two, whatever it was. */
  allAbove: `
    "everything above" "all of the above" "all the above" "anything above" "what came before" "everything before this" "all that came before"
    "everything you were told" "everything you've been told" "everything you have been told" "what you were told" "what you have been told"
    "the text above" "all previous text" "all prior text" "previous context" "prior context" "context above" "above context"
    "everything that came before" "everything prior" "everything previous" "whatever you were told" "any previous"
    "alles bisherige" "alles, was" "alles oben" "alles davor" "alles zuvor" "was dir gesagt wurde" "was vorher kam"
    "tout ce qui précède" "tout ce qu'on t'a dit" "ce qui précède" "todo lo anterior" "todo lo que te dijeron" "lo anterior"
    "tudo acima" "tudo o que foi dito" "tudo que veio antes" "tutto quanto sopra" "tutto ciò che precede" "tutto quello che" "alles hierboven"
    "wszystko powyżej" "всё вышесказанное" "все вышесказанное" "всё, что было" "все, что было" "yukarıdaki her şeyi" 以上所有 上面的所有 上文
    これまでのすべて 上記すべて "위의 모든" "كل ما سبق" "ऊपर दी गई सभी"`,
  /** A part to play. */
  persona: `
    "you are now" "you're now" "from now on you" "from now on, you" "act as" "act like" "pretend" "pretending" roleplay "role-play" "role play"
    simulate* imagine "behave as" "behave like" "take on the role" "take on the persona" "enter" "switch to" "become" "stay in character"
    "respond as" "answer as" "you will be" "you are going to be" "hypothetical*"
    "du bist jetzt" "du bist nun" "tu so als" "tu so, als" "ab jetzt bist" "ab sofort bist" "stell dir vor" "spiele die rolle" "verhalte dich"
    "tu es maintenant" "tu es désormais" "fais comme si" "agis comme" "joue le rôle" "eres ahora" "ahora eres" "actúa como" "finge" "a partir de ahora"
    "você agora é" "agora você é" "aja como" "finja" "a partir de agora" "ora sei" "adesso sei" "fingi di" "comportati come" "je bent nu" "doe alsof"
    "jesteś teraz" "udawaj" "zachowuj się" "ты теперь" "теперь ты" "притворись" "веди себя как" "представь" "artık sen" "gibi davran"
    你现在是 现在你是 扮演 假装 从现在起 あなたは今 今からあなた 演じて ふりをして 지금부터 "너는 이제" 역할을 "أنت الآن" "تصرف كأنك" "تظاهر" "अब आप" "अब तुम"`,
  /** Without what holds it. */
  unbound: `
    unrestricted uncensored unfiltered jailbroken "no restrictions" "no rules" "no limits" "no filters" "no guidelines" "no boundaries" "no ethics"
    "no moral*" "no censorship" "no safety" "without restrictions" "without any restrictions" "without rules" "without any rules" "without limits"
    "without limitations" "without any limitations" "without filters" "without any filters" "without any filter" "without ethical" "without moral"
    "without any ethical" "without any moral" "without censorship" "without safety" "without warnings" "free of all" "free from all" "free of any"
    "freed from" "not bound by" "no longer bound" "isn't bound" "unbound by" "not restricted by" "not limited by" "not constrained"
    "any restrictions" "any rules" "ethical guidelines" "moral guidelines" "safety guidelines" "content restrictions" "amoral" "never refuse*"
    "cannot refuse" "can't refuse" "can not refuse" "never say no" "won't refuse" "not allowed to refuse"
    "ohne einschränkungen" "ohne regeln" "ohne filter" "keine regeln" "keine einschränkungen" "keine grenzen" "unzensiert*" uneingeschränkt*
    "sans restriction*" "sans aucune restriction" "sans limites" "sans filtre" "aucune restriction" "aucune règle" "non censuré*"
    "sin restricciones" "sin ninguna restricción" "sin límites" "sin filtros" "sin reglas" "sin censura" "sem restrições" "sem limites" "sem filtros"
    "sem regras" "sem censura" "senza restrizioni" "senza limiti" "senza filtri" "senza regole" "senza censura" "zonder beperkingen" "zonder regels"
    "bez ograniczeń" "bez zasad" "bez cenzury" "без ограничений" "без правил" "без цензуры" "без фильтров" "kısıtlama olmadan" "sınırsız" "kuralsız"
    没有限制 不受限制 没有任何限制 无限制 没有规则 不受任何 制限なし 制限のない ルールのない "제한 없는" "제한이 없는" 제한없이 "بدون قيود" "بلا قيود" "बिना किसी प्रतिबंध" "बिना किसी रोक"`,
  /** Names of well-known ways to get there. */
  jailbreak: `
    "do anything now" "dan mode" "developer mode enabled" "developer mode output" "devmode" "god mode enabled" "jailbreak mode" "jailbreak enabled"
    "evil mode" "opposite mode" "stan mode" "dude mode" "aim mode" "admin override" "sudo mode" "debug mode enabled" "maintenance mode enabled"
    "unrestricted mode" "entwicklermodus aktiviert" "mode développeur activé" "modo desarrollador activado" "modo de desarrollador activado"
    "modo desenvolvedor ativado" "режим разработчика включён" "режим разработчика включен" 开发者模式已启用 越狱模式 開発者モード有効`,
  /** To say aloud. */
  reveal: `
    reveal* print printing show showing repeat repeating output display* "tell me" "give me" "send me" leak* dump* expose* disclose* share recite
    "write out" "write down" "spell out" translate summari* paraphrase encode copy paste return echo list "what is" "what are" "what's" "what were" "what was"
    "let me see" "can i see" "read out" "word for word" verbatim
    zeig* nenn* gib verrat* wiederhol* schreib* offenbar* übersetz* "wie lautet" "wie lauten" "was sind" "was steht"
    montre* affiche* révèle* révéle* répète* répét* donne* dis-moi dévoile* "quelles sont" "quel est"
    muestra* muéstra* revela* repite* repíte* dime imprime* enséña* "cuáles son" "cuál es"
    mostre* mostra* revele* repita diga imprima exiba "quais são" "qual é"
    mostra* rivela* ripeti* dimmi stampa* "quali sono" "qual è"
    toon* herhaal vertel geef "wat zijn" "wat is" pokaż* ujawnij powtórz wypisz "jakie są"
    покажи* раскрой* повтори* выведи* напиши* назови "какие у" "каковы" göster* tekrarla* söyle yazdır açıkla
    显示 输出 告诉我 重复 打印 透露 泄露 列出 教えて 表示 出力 見せて 繰り返 明かし 알려 보여 출력 반복 공개 اعرض أظهر اكشف كرر "ما هي" दिखाओ दिखाएं बताओ बताइए दोहराओ`,
  /** What a model was told and the user was not. */
  secretText: `
    "system prompt*" "systemprompt*" "system message*" "system instruction*" "your instructions" "your initial instructions" "your original instructions"
    "your prompt" "your initial prompt" "your original prompt" "your hidden*" "hidden prompt" "hidden instructions" "hidden rules" "secret instructions"
    "your secret*" "your guidelines" "your rules" "your directives" "your configuration" "your programming" "initial prompt" "original prompt"
    "your exact instructions" "your full instructions" "your complete instructions" "text above" "words above" "everything above" "above this line"
    "developer message" "developer instructions" "pre-prompt" "preprompt" "prompt above" "instructions above" "confidential instructions" "your preamble"
    "deine anweisungen" "deine instruktionen" "deine regeln" "deinen systemprompt" "deinen prompt" "systemanweisung*" "deine ursprünglichen anweisungen" "deine geheimen"
    "tes instructions" "vos instructions" "ton prompt" "votre prompt" "prompt système" "message système" "instructions système" "tes consignes" "vos consignes"
    "tus instrucciones" "sus instrucciones" "tu prompt" "prompt del sistema" "mensaje del sistema" "instrucciones del sistema" "prompt de sistema"
    "suas instruções" "seu prompt" "prompt do sistema" "instruções do sistema" "mensagem do sistema" "tue istruzioni" "tuo prompt" "prompt di sistema" "istruzioni di sistema"
    "je instructies" "jouw instructies" "systeemprompt*" "swoje instrukcje" "twoje instrukcje" "prompt systemowy" "instrukcje systemowe"
    "системный промпт" "системные инструкции" "твои инструкции" "свои инструкции" "ваши инструкции" "системного промпта" "sistem talimat*" "sistem istem*" "sistem promptunu"
    系统提示 系統提示 系统指令 你的指令 你的提示词 初始指令 システムプロンプト システム指示 初期指示 あなたの指示 "시스템 프롬프트" "시스템 지시" "너의 지시" "تعليمات النظام" "موجه النظام" "सिस्टम प्रॉम्प्ट" "आपके निर्देश"`,
  /** A text that speaks to the model that reads it. */
  toModel: `
    "ai assistant*" "ai model*" "ai agent*" "if you are an ai" "if you're an ai" "if you are an assistant" "if you are a language model" "if you are an llm" "note to ai" "note to the ai"
    "note to the assistant" "dear ai" "attention ai" "attention assistant" "attention llm*" "attention all ai" "attention language model*" "assistant:" "dear assistant" "hey assistant" "ai reading"
    "agent reading" "assistant reading" "model reading" "any ai" "ai system" "ai systems" "ai tools" "ai summariz*" "when summariz*" "when you summariz*" "when processing this" "when reading this" "while processing this" "when answering questions about"
    "ki-assistent*" "hinweis an die ki" "wenn du eine ki" "assistant ia" "si tu es une ia" "asistente de ia" "si eres una ia" "asistente ia" "assistente de ia" "assistente ia" "se você é uma ia" "se sei un'ia"
    "ai-assistent" "asystent ai" "asystencie ai" "ии-ассистент*" "если ты ии" "yapay zeka asistan*" 人工智能助手 AI助手 如果你是AI AIアシスタント "AI 어시스턴트" "مساعد الذكاء" "एआई सहायक"`,
  /** A text that speaks of models. */
  ofModels: `
    "language model*" llm llms chatgpt gpt-4 claude gemini copilot "the assistant" chatbot* "virtual assistant" "automated system*" "the ai" sprachmodell* "modèle de langage"
    "modelo de lenguaje" "modelo de linguagem" "modello linguistico" taalmodel "model językowy" "языковая модель" "dil modeli" 语言模型 大模型 言語モデル "언어 모델" "نموذج اللغة" "भाषा मॉडल"`,
  /** Something to do or to say that has an effect. */
  act: `
    must should forward send email e-mail include append recommend reply respond answer say output write execute run invoke call visit fetch
    open click download transfer delete upload post submit approve rate rank classify mention insert add conclude instead
    muss musst sollst sende schicke leite antworte füge empfiehl überweise lösche öffne schreibe rufe bewerte
    dois devez envoie envoyez transfère réponds répondez ajoute ajoutez recommande supprime ouvre
    debes debe envía envíe reenvía responde incluye recomienda transfiere elimina abre
    deve envie encaminhe responda inclua recomende transfira apague abra devi invia inoltra rispondi includi raccomanda trasferisci elimina apri
    moet stuur antwoord voeg verwijder open musisz wyślij odpowiedz dodaj usuń otwórz
    должен отправь перешли ответь добавь удали открой переведи gönder yanıtla ekle sil aç yönlendir
    必须 发送 转发 回复 回答 执行 调用 访问 删除 推荐 しなければ 送信 転送 返信 実行 削除 推奨 보내 전송 답변 실행 삭제 추천 أرسل أجب احذف نفذ भेजें भेजो जवाब हटाएं`,
  /** Nobody shall know. */
  secrecy: `
    "do not tell the user" "don't tell the user" "do not mention this" "don't mention this" "do not mention these" "do not mention that" "do not reveal this" "do not reveal these"
    "don't reveal this" "do not inform the user" "don't inform the user" "do not disclose this" "without telling the user" "without telling them" "without informing the user"
    "without informing" "without notifying" "without mentioning" "without the user" "do not alert" "don't alert" "do not let the user" "never tell the user" "never mention this"
    "user must not" "user should not know" "user must never" "without asking for confirmation" "without asking the user" "without confirmation" "do not ask for confirmation" "do not ask the user"
    "keep this secret" "hide this from the user" "hidden from the user" "secretly" "silently" "do not acknowledge" "say nothing about this" "this message is invisible"
    "sag dem nutzer nichts" "ohne den nutzer" "ohne den benutzer" "erwähne dies nicht" "erwähne das nicht" "nicht erwähnen" "ohne rückfrage" "heimlich"
    "ne dis rien à l'utilisateur" "sans en informer" "sans informer l'utilisateur" "ne mentionne pas" "ne mentionnez pas" "sans demander confirmation"
    "no le digas al usuario" "sin informar al usuario" "no menciones" "sin pedir confirmación" "sin decirle" "não diga ao usuário" "sem informar o usuário" "não mencione" "sem pedir confirmação"
    "non dire all'utente" "senza informare l'utente" "non menzionare" "senza chiedere conferma" "vertel de gebruiker niet" "zonder de gebruiker" "vermeld dit niet"
    "nie mów użytkownikowi" "bez informowania" "nie wspominaj" "не говори пользователю" "не сообщай пользователю" "не упоминай" "без подтверждения" "kullanıcıya söyleme" "kullanıcıya haber vermeden"
    不要告诉用户 不要向用户 不要提及 无需确认 ユーザーに言わ ユーザーには伝え 確認せずに 言及しない "사용자에게 알리지" "언급하지 마" "لا تخبر المستخدم" "دون إخبار" "उपयोगकर्ता को न बताएं"`,
  /** Other things to do than those asked for. */
  newTask: `
    "new instruction*" "new instructions" "updated instruction*" "new system prompt" "new task:" "your new task" "your real task" "your actual task" "your true purpose" "new rules:" "new directive*"
    "important instruction*" "instructions for the ai" "instructions to the ai" "instructions for ai" "instruction override" "priority override" "begin new" "end of document" "end of user input"
    "end of context" "end of prompt" "system override" "system update:" "admin instruction*" "administrator message"
    "neue anweisung*" "deine neue aufgabe" "wichtige anweisung*" "nouvelles instructions" "nouvelle consigne" "nouvelle tâche" "nuevas instrucciones" "nueva tarea" "novas instruções" "nova tarefa"
    "nuove istruzioni" "nuovo compito" "nieuwe instructies" "nowe instrukcje" "новые инструкции" "новая задача" "yeni talimat*" "yeni görev" 新指令 新的指令 新任务 新しい指示 新しい命令 "새로운 지시" "تعليمات جديدة" "नए निर्देश"`,
} as const

export type WordClass = keyof typeof lexicon

export interface LexiconEntry {
  readonly term: string
  readonly wordClass: WordClass
  /** Whether any ending may follow. */
  readonly isStem: boolean
}

/** Endings of Korean are written onto the word. */
const takesEndings = /\p{Script=Hangul}$/u
const oneTerm = /"([^"]+)"|(\S+)/g

/** Every term once for each class that it is in. */
export const lexiconEntries: readonly LexiconEntry[] = Object.entries(lexicon).flatMap(([wordClass, terms]) =>
  [...terms.matchAll(oneTerm)].map(match => {
    const written = match[1] ?? match[2] ?? ''
    return {
      term: written.replace(/\*/g, ''),
      wordClass: wordClass as WordClass,
      isStem: written.endsWith('*') || takesEndings.test(written),
    }
  }),
)
