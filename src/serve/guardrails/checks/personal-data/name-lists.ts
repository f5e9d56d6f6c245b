/** Names that people of the languages bear often, written down by us; words of a line share nothing but that. */

const given = `
james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald steven paul andrew joshua
kenneth kevin brian george timothy ronald jason edward jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon
benjamin samuel gregory alexander patrick raymond dennis jerry tyler aaron jose henry adam douglas nathan peter zachary kyle noah ethan
jeremy walter keith roger terry sean gerald carl harold dylan arthur lawrence jesse bryan gabriel bruce logan albert
willie alan eugene russell vincent philip bobby johnny bradley oliver liam mason lucas elijah isaac owen caleb wyatt connor evan ian
mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna
michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy amy kathleen angela shirley emma brenda pamela
nicole anna samantha katherine christine helen debra rachel carolyn janet maria catherine heather diane olivia julie joyce
ruth christina lauren kelly joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria
sara janice ann kathryn abigail sophia frances jean alice judy isabella julia denise beverly danielle marilyn natalie diana
brittany theresa kayla alexis doris lori tiffany chloe ella mia zoe lucy harriet imogen freya poppy isla nigel graham clive
gareth alistair hamish callum angus fiona morag siobhan niamh aoife ciara declan eoin padraig rhys dafydd gwyneth
hans peter wolfgang klaus juergen jürgen dieter manfred uwe günter guenter horst bernd frank rainer helmut gerhard heinz werner stefan andreas
matthias markus sebastian tobias florian jan lukas jonas felix maximilian moritz leon finn luca elias niklas philipp tim ralf sven
torsten thorsten holger jens dirk olaf karsten carsten volker norbert joachim ulrich detlef heiko marco kai lars björn bjoern steffen
ursula helga renate monika ingrid petra sabine brigitte gabriele gisela birgit karin heike susanne claudia andrea martina angelika
christa elke kerstin ute silke anja katrin kathrin sandra nicole stefanie katharina lena leonie hannah johanna greta frieda ida mathilda
heidi annette bettina cornelia ulrike jutta anke tanja melanie nadine yvonne franziska lea antonia charlotte marlene elfriede hildegard
jean pierre michel andré andre philippe alain jacques bernard daniel françois francois gérard gerard christian nicolas laurent frédéric
frederic christophe pascal stéphane stephane olivier thierry éric julien sébastien sebastien guillaume antoine mathieu matthieu romain
maxime benoît benoit vincent jérôme jerome david hugo théo theo léo leo lucas louis gabriel raphaël raphael arthur jules adrien baptiste
clément clement quentin marie nathalie isabelle sylvie catherine françoise francoise martine christine monique valérie valerie sandrine
véronique veronique céline celine chantal patricia brigitte aurélie aurelie émilie emilie camille léa manon chloé inès ines jade louise
lucie margaux élodie elodie delphine corinne florence hélène helene mathilde clémence clemence amélie amelie élise elise océane oceane
antonio manuel josé francisco juan javier jesús jesus carlos alejandro miguel rafael pedro pablo ángel angel sergio fernando jorge luis
alberto álvaro alvaro adrián adrian raúl raul enrique diego iván ivan rubén ruben óscar oscar andrés andres ramón ramon vicente joaquín
joaquin santiago eduardo roberto mario gonzalo ignacio carmen josefa isabel dolores pilar ana cristina marta laura lucía lucia paula elena
rosa raquel mercedes beatriz silvia patricia rocío rocio irene alicia sonia nuria inmaculada montserrat concepción concepcion consuelo
esperanza guadalupe ximena valentina camila mariana daniela gabriela fernanda alejandra esther marina julia
giuseppe giovanni antonio luigi francesco angelo vincenzo pietro salvatore carlo franco domenico bruno paolo michele giorgio aldo sergio
luciano andrea alessandro matteo lorenzo davide riccardo simone federico stefano gabriele marco fabio massimo claudio gianluca roberto
daniele filippo tommaso edoardo leonardo mattia nicola enrico alberto giulia chiara francesca federica sara martina alessia valentina
silvia elisa giorgia ilaria alice eleonora paola laura anna rosa angela giovanna teresa lucia carmela caterina antonella daniela
elisabetta simona barbara cristina stefania manuela serena beatrice aurora ginevra sofia bianca ludovica camilla
johannes jan willem hendrik cornelis pieter gerrit jacobus maarten bas sander jeroen bart ruud wouter thijs daan sem bram stijn lars
joost koen niels rob kees henk dirk piet hans marcel erik edwin patrick ronald michiel tijmen floris gijs pim teun jasper maria johanna
anna cornelia wilhelmina elisabeth margaretha hendrika annemarie marijke ingrid esther femke sanne lotte fleur lieke eva sophie julia
saskia marieke anouk maaike willemijn roos iris noor tess isa mirjam monique wilma anneke jolanda petra tineke hanneke
jan stanisław stanislaw andrzej józef jozef tadeusz jerzy zbigniew krzysztof henryk ryszard kazimierz marek marian piotr janusz władysław
adam wiesław zdzisław edward mieczysław roman mirosław grzegorz czesław dariusz wojciech jacek eugeniusz tomasz stefan paweł pawel
zygmunt leszek bogdan bogusław rafał rafal michał michal marcin łukasz lukasz mateusz kamil jakub szymon filip bartosz kacper dawid
maciej kuba przemysław przemyslaw sławomir slawomir radosław radoslaw anna maria katarzyna małgorzata malgorzata agnieszka krystyna
barbara ewa elżbieta elzbieta zofia teresa magdalena joanna janina monika danuta jadwiga aleksandra halina irena beata marta dorota helena
karolina grażyna grazyna jolanta iwona marianna natalia zuzanna hanna kinga paulina justyna weronika wiktoria
joão joao antónio antônio josé manuel francisco luís luiz carlos paulo pedro lucas gabriel rafael marcos marcelo bruno rodrigo felipe
gustavo leandro tiago thiago diogo rui nuno hugo ricardo jorge fernando sérgio sergio vítor vitor andré miguel gonçalo goncalo duarte
afonso henrique maria ana francisca adriana juliana márcia marcia fernanda patrícia aline sandra camila amanda bruna jéssica jessica
letícia leticia júlia luciana vanessa mariana gabriela beatriz inês matilde carolina leonor catarina sofia rita teresa margarida
raquel cláudia claudia filipa joana
mohammed muhammad mohamed ahmed ali omar hassan hussein ibrahim yusuf mustafa khalid fatima aisha khadija zainab maryam layla amina
mehmet ayşe ayse emre hüseyin zeynep elif murat
rahul amit rajesh sanjay vijay anil sunil suresh ramesh arjun rohan aditya vikram deepak manoj priya pooja neha anjali sunita kavita
lakshmi divya shreya ananya
wei jing xiu hiroshi takashi kenji yuki haruto sakura akira satoshi naoko keiko minjun jiwoo
aleksandr alexei aleksei dmitri dmitry sergei sergey vladimir mikhail nikolai andrei igor oleg yuri boris natasha olga tatiana svetlana
irina ekaterina anastasia oksana
erik lars anders johan karl magnus gustav axel mikael fredrik henrik mattias nils olof sven astrid ingrid birgitta linnea
kristina kerstin annika malin matti juha timo jari antti mikko pekka søren jens niels mette kirsten hanne lene morten rasmus
harper avery aiden jackson carson easton hudson sawyer declan wesley everett silas ezra micah jayden kayden brayden nolan preston tristan bennett
camden dominic xavier damian cole colin gavin trevor blake shane derek craig chad brett todd troy dustin cody travis curtis wade clayton
hazel nora stella aria luna willow ivy ellie lillian addison aubrey brooklyn leah savannah audrey bella claire skylar paisley naomi
allison gianna cora eliana kennedy maya valerie vanessa veronica monica tracy stacy wendy tina gina dana robin carrie kristen erin
friederike theresa marlies hannelore irmgard gudrun heinrich hermann wilhelm otto karl-heinz hartmut eberhard siegfried lothar reinhard
kevin marvin dennis patrick robin lennart ole fiete mats henri theodor anton jakob emil oskar paula mia emma lina clara ella elisa
maëlys lina noémie jeanne romane éléonore gaëlle maud solène agathe apolline capucine rose lilou yves marcel roger gilles hervé didier fabrice
damien rémi cédric loïc yann gaël xavier édouard gustave augustin anatole mathis enzo nolan ethan sacha timéo
amparo encarnación remedios trinidad nieves milagros noelia lorena vanesa yolanda verónica susana leticia carlota jimena adriana claudia
emilia macarena gustavo germán hugo guillermo rodrigo arturo lorenzo agustín felipe félix tomás iker unai mateo marcos nicolás gael bruno
pasquale gennaro ciro rocco nicola gaetano raffaele umberto emanuele samuele christian mirko ivan denis giacomo jacopo tullio
serafina assunta concetta filomena graziella loredana ornella patrizia tiziana sabrina monica cinzia giada noemi gaia asia greta arianna
thomas finn levi luuk milan noud mees jens teun joep freek gerard theo wim ton bert arie cor jacob sjoerd douwe wietske
fenna lynn nina evi milou yara lara naomi jasmijn merel fenne vera loes trudy ria truus
bartłomiej sebastian dominik hubert oskar igor wiktor aleksander antoni franciszek stanisława bożena urszula teresa genowefa sylwia izabela
kamila monika patrycja oliwia amelia lena maja alicja gabriela milena emilia urszula mariola bogumiła jagoda
matheus heitor davi arthur enzo caio vinícius renato rogério reinaldo wagner wellington washington alexandre henry benício otávio murilo
heloísa laís lívia lorena manuela cecília talita tatiana vitória yasmin elisa rebeca marli célia vera sônia sílvia aparecida graça fátima
karla suélen félix fabrício danilo alessandro márcio antonella marina
`

const family = `
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore
jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen
hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards
collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward
richardson watson brooks chavez wood bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster
jimenez powell jenkins perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons graham murray ford
hamilton reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran medina aguilar stevens harrison fernandez
mcdonald woods washington kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter hunter gordon
mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd rose stone salazar fox warren mills
meyer rice schmidt garza daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins arnold
pierce hansen peters santos hart bradley knight elliott cunningham duncan armstrong hudson carroll lane riley andrews alvarado ray
delgado berry perkins hoffman johnston matthews pena richards contreras willis carpenter lawrence sandoval guerrero george chapman rios
o'connor o'brien o'neill davies cartwright whitaker pemberton ashworth hargreaves fletcher barker
müller mueller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schäfer schaefer koch bauer richter klein wolf schröder
schroeder neumann schwarz zimmermann braun krüger krueger hofmann hartmann lange schmitt werner schmitz krause meier lehmann schmid
schulze maier köhler koehler herrmann könig koenig walter mayer huber kaiser fuchs peters lang scholz möller moeller weiß weiss jung hahn
schubert vogel friedrich keller günther guenther frank berger winkler roth beck lorenz baumann franke albrecht schuster simon ludwig böhm
boehm winter kraus schumacher krämer kraemer vogt stein jäger jaeger otto sommer groß gross seidel heinrich brandt haas schreiber graf
schulte dietrich ziegler kuhn kühn pohl engel horn busch bergmann voigt sauer arnold wolff pfeiffer
martin bernard thomas petit robert richard durand dubois moreau laurent simon michel lefebvre lefèvre leroy roux bertrand morel
fournier girard bonnet dupont lambert fontaine rousseau vincent muller faure andré mercier blanc guerin guérin boyer garnier chevalier
françois legrand gauthier garcia perrin robin clément morin nicolas henry roussel mathieu gautier masson marchand duval denis dumont
marie lemaire noël noel meyer dufour meunier brun blanchard giraud joly rivière riviere lucas brunet gaillard barbier arnaud martinez
gérard roche renard schmitt roy leroux colin vidal caron picard roger fabre aubert lemoine renaud dumas lacroix olivier philippe
bourgeois pierre benoit benoît rey leclerc payet rolland leclercq guillaume lecomte lopez
garcía gonzález rodríguez fernández lópez martínez sánchez pérez gómez martín jiménez ruiz hernández díaz moreno muñoz álvarez romero
alonso gutiérrez navarro torres domínguez vázquez ramos gil ramírez serrano blanco molina morales suárez ortega delgado castro ortiz rubio
marín sanz núñez iglesias medina garrido cortés castillo santos lozano guerrero cano prieto méndez cruz calvo gallego vidal león márquez
herrera peña flores cabrera campos vega fuentes carrasco diez caballero reyes nieto aguilar pascual santana herrero lorenzo montero
hidalgo giménez ibáñez ferrer durán santiago benítez mora vicente vargas arias carmona crespo román pastor soto sáez velasco moya soler
rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti costa giordano mancini rizzo lombardi
moretti barbieri fontana santoro mariani rinaldi caruso ferrara galli martini leone longo gentile martinelli vitale lombardo serra coppola
marchetti parisi villa conte ferraro ferri fabbri bianco marini grasso valentini messina sala gatti pellegrini palumbo sanna farina rizzi
monti cattaneo morelli amato silvestri mazza testa grassi pellegrino carbone giuliani benedetti barone rossetti caputo montanari guerra
palmieri bernardi martino fiore ferretti bellini basile riva donati piras vitali battaglia sartori neri costantini milani pagano ruggiero
jansen bakker visser smit meijer mulder bos vos peters hendriks dekker brouwer dijkstra smits kok jacobs vermeulen schouten
willems hoekstra koster verhoeven prins huisman peeters kuipers veenstra kramer maas postma bosman willemsen
hermans kuiper scholten wolters timmermans martens molenaar groen sanders koning evers gerritsen verbeek bosch
janssen janssens maes mertens claes wouters goossens
nowak kowalski kowalska wiśniewski wiśniewska wisniewski wójcik wojcik kowalczyk kamiński kamińska kaminski lewandowski lewandowska
zieliński zielińska zielinski szymański szymańska woźniak wozniak dąbrowski dąbrowska dabrowski kozłowski kozłowska kozlowski jankowski
jankowska mazur wojciechowski kwiatkowski kwiatkowska krawczyk kaczmarek piotrowski piotrowska grabowski grabowska zając pawłowski
pawłowska michalski michalska król wieczorek jabłoński wróbel nowakowski nowakowska majewski majewska olszewski stępień malinowski
jaworski adamczyk dudek nowicki nowicka pawlak górski witkowski walczak sikora baran rutkowski michalak szewczyk ostrowski tomaszewski
pietrzak zalewski wróblewski marciniak jasiński zawadzki bąk jakubowski sadowski duda
silva santos ferreira pereira oliveira costa rodrigues martins sousa souza fernandes gonçalves goncalves gomes lopes marques alves almeida
ribeiro pinto carvalho teixeira moreira correia mendes nunes soares vieira monteiro cardoso rocha raposo neves coelho cruz cunha pires
ramos reis simões simoes antunes matos fonseca machado araújo araujo barbosa tavares lourenço castro figueiredo azevedo freitas barros
melo nascimento lima cavalcanti batista dias campos andrade borges magalhães
kumar singh sharma gupta verma reddy iyer nair menon shah mehta joshi rao das khan hussain ahmed malik chaudhry
wang zhang liu yang huang zhao wu zhou xu zhu sato suzuki takahashi tanaka watanabe yamamoto nakamura kobayashi park choi jung
ivanov petrov smirnov kuznetsov popov sokolov volkov fedorov novikov morozov
johansson andersson karlsson nilsson eriksson larsson olsson persson svensson gustafsson hansen jensen nielsen pedersen christensen
larsen sørensen rasmussen korhonen virtanen mäkinen nieminen
yılmaz yilmaz kaya demir çelik şahin yıldız öztürk
`

/** Given names that are words, places or months as well: they say little without a family name. */
const doubtful = `
will mark may april june grace hope rose frank bill jack art christian jordan paris virginia georgia florence lee dean chase grant rich sandy
amber ruby faith joy victoria austin houston dallas charlotte chelsea madison bruce scott brooklyn savannah sydney melbourne dakota carolina
aurora jade iris olive penny daisy holly ivy heather summer autumn dawn eve gene guy miles drew chance clay cliff dale glen max hunter mason
carter parker logan tyler angel jesus trinity destiny harmony melody jean tim jan sem bas rob esperanza pilar mercedes consuelo
dolores concepción concepcion rosa marina esther alice isa tess roman marian edward aurore noel noël long king angelo wei jing das bruno
roos noor fleur lea ida pim rita lima kim frieda elise martin rica
`

const words = (list: string) => list.split(/\s+/).filter(word => word !== '')

/** In lower case. */
export const givenNames: ReadonlySet<string> = new Set(words(given))
export const familyNames: ReadonlySet<string> = new Set(words(family))
export const doubtfulNames: ReadonlySet<string> = new Set(words(doubtful))
