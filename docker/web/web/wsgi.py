"""The application object that gunicorn serves."""

import os

from web.app import create_app
from web.settings import Settings

app = create_app(Settings.from_environment(os.environ))
