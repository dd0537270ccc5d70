"""What the user says in a stream, and how a mistake is taken back, in English.

The other languages have theirs in their files, under ``stream``.
"""

from __future__ import annotations

from typing import Literal

StreamAsk = Literal["narrate", "past", "now", "next"]
"""What the user of a stream asks for: to be told what happens from now on, what came last, what is going on, or what
comes next, which is answered when it comes."""

StreamSaid = Literal["narrate", "past", "now", "next", "sorry"]
"""What is said in a stream without telling of the video: what the user asks for, and how the assistant takes back a
reply that was wrong, or came late."""

STREAM: dict[StreamSaid, list[str]] = {
    "narrate": [
        "Tell me what happens while we watch, as soon as there is something to tell.",
        "Keep me posted on what goes on in the video.",
        "Please comment on the video as it runs. Say nothing while nothing new happens.",
        "Watch with me and say what is going on whenever something new comes up.",
        "I cannot look at the screen. Speak up each time something happens.",
        "Describe live what you see, one thing after another.",
        "From now on, report every new thing that you see.",
        "Act as a live commentator for this video.",
        "Whenever something happens, describe it in a sentence.",
        "Follow the video and let me know of each event when it is there.",
    ],
    "past": [
        "What happened last?",
        "What was the last thing that was finished?",
        "I looked away for a moment. What did I miss?",
        "What came to an end last?",
        "What was done before this?",
        "Remind me: what did we see last?",
        "What have I just missed?",
        "What was going on before that?",
        "Which thing was done most recently?",
        "Can you tell me what was there right before this?",
    ],
    "now": [
        "What is going on right now?",
        "What do you see at the moment?",
        "What is happening?",
        "Can you tell me what is being done now?",
        "What is this?",
        "Describe what is happening at this point.",
        "What are we looking at?",
        "Which thing is under way now?",
        "What is the video showing now?",
        "And now, what is it?",
    ],
    "next": [
        "Tell me the next thing when it happens.",
        "What comes next? Tell me once you see it.",
        "Let me know when something new begins, and what it is.",
        "Wait for the next thing to happen, then describe it.",
        "As soon as the next thing is there, say what it is.",
        "What will be next? Answer when you know.",
        "Speak up when it goes on, and say with what.",
        "Stay quiet until something new happens, then tell me.",
        "Say what follows as soon as it does.",
        "Keep watching, and tell me what the next thing is once it is there.",
    ],
    "sorry": [
        "Sorry, my mistake.",
        "Oh, I was not paying attention.",
        "I beg your pardon, I slipped.",
        "Excuse me, that was my fault.",
        "Apologies, I was mistaken.",
        "Oops, I have to make up for that.",
        "Sorry about that, let me put it right.",
        "I am sorry, I should have known better.",
    ],
}
